"""How do figures stand in a page, and how do they leave it as a file?"""
