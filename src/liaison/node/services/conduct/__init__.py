"""What does a desk do about the code of conduct?"""
