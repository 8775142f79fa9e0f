"""What does a desk see of its OpenPGP mail?"""
