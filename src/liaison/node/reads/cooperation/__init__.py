"""Which requests for cooperation does a desk have, and what is due?"""
