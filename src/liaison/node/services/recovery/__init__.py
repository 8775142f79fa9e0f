"""How does a node that was put back to an earlier state learn from its peers what it has forgotten?"""
