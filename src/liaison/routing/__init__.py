"""Which desk answers for this address? Allocation data, claims and feeds, from one address to millions."""
