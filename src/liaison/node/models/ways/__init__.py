"""What does a node keep of the ways beside the peer door: letter boxes and mail?"""
