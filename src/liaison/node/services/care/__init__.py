"""How is a node looked after: checked, saved, and brought back?"""
