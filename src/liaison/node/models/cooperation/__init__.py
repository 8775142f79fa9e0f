"""What does a node keep of cooperation under an instrument?"""
