"""What can a stranger check with files alone, without a node, a network or a word of anybody?"""
