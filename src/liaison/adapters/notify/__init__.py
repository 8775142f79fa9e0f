"""By which ways is a person told that something waits? As the operator chose (docs/operating/notifications.md)."""
