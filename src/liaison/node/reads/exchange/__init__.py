"""How is a case handed to other programs, and what do their documents say here?"""
