"""How is a case read from and written as STIX 2.1?"""
