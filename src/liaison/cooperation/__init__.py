"""How do States ask one another for help under an instrument: what may be asked, what becomes of it, and of what is handed over?"""
