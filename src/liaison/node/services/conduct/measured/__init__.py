"""How is a provider's network measured, and what do the two sides say of it?"""
