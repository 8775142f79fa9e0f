"""What does a running node keep and do? Its tables, services, outbox, timers and worker."""
