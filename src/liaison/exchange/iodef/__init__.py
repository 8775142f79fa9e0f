"""How is a case read from and written as IODEF v2?"""
