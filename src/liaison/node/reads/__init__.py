"""What do screens and terminals ask of a node? Reads that rebuild no values of the core."""
