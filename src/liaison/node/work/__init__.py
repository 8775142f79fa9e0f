"""What has still to be done, by whom, and when? The outbox, the timers and the worker that empties them."""
