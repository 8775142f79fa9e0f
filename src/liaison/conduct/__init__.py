"""Who agreed to which rule, what do they report of it, and what can be measured?"""
