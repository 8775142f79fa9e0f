"""What may another machine ask of this node? The peer door."""
