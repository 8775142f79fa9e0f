"""How does a report on resources look in the formats a desk takes, and how do answers about its rows come back?"""
