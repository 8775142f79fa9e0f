"""How do the words of the program reach its catalogues, and are those whole?"""
