"""What does a desk do with evidence: collect, hand over, take, open, hand on, destroy, and let others stamp it?"""
