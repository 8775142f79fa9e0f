"""How is a case read from and written as a MISP event?"""
