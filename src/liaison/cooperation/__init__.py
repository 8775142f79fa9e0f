"""How do States ask one another for help under an instrument, and what becomes of what is handed over?"""
