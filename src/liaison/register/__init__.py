"""Who is listed, with which keys, desks and resources? The numbered rules and the fold over the log's entries."""
