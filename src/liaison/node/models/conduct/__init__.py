"""What does a node keep of the code of conduct?"""
