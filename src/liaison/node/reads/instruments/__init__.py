"""Which instruments and positions does this node know, and what follows from them?"""
