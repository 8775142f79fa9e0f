"""What does mail need of the world: a server, a mailbox, and the words of other languages?"""
