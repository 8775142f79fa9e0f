"""Ways to tell a person that something waits, as the operator chose them (docs/operating/notifications.md)."""
