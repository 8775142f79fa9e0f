"""Is anybody there? Checks of nodes and of persons, confirming an entry, and the heartbeat of the worker."""
