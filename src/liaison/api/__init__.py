"""How do programs of a desk reach the node? By REST over the same services and reads as pages and command line."""
