"""How is a case read from and written as CSAF 2.0 and 2.1?"""
