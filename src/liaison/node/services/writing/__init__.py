"""What does a desk write before it is sent, and whom does it know outside the register?"""
