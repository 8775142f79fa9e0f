"""What shows that this node and the others work?"""
