"""Which letters go to the secretariat, and what are the parts of an entry called in them?"""
