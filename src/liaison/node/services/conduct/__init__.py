"""What does a participant do about the code of conduct from this node?"""
