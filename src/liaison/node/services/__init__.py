"""What may happen to a node? One module a subject; each function is one use case and opens the unit of work."""
