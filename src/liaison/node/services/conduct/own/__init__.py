"""How does a participant write its own report together and let it go?"""
