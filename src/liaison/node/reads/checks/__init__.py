"""What is known of who answers? Results of checks, freshness of entries, keys that end, the worker's heartbeat."""
