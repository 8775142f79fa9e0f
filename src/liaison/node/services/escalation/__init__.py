"""Is a person told of every message that waits for one, until somebody has it? Escalations, notifications, methods."""
