"""How do programs ask a node? REST over the same services and reads as the pages and the command line."""
