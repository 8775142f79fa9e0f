"""How do bytes become values, and values bytes? Strictly, one form each, with no knowledge of what they mean."""
