"""How does a node hold the logs it follows: their tiles, the facts folded from them, and how far they are trusted?"""
