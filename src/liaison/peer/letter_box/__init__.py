"""Who may leave, list, fetch and end what this node keeps for others? The letter boxes at the peer door."""
