"""What does a desk see of the code of conduct?"""
