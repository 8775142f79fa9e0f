"""How do people come to a node's desks, what did they do there, and how do they leave?"""
