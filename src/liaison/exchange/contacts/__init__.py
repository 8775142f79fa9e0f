"""How do contacts from elsewhere come into an address book, and how do they go out?"""
