"""How is a case read from and written as XARF v4?"""
