"""What do the desks of one participant decide among themselves? Nothing of it ever leaves the node."""
