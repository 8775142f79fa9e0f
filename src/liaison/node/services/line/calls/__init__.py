"""How does a node call a peer for what waits in its outbox: one piece, or many in one request?"""
