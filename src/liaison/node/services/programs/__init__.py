"""What may programs do that work for a desk, with which token, and how do they hear what happened?"""
