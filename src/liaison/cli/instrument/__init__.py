"""Which instruments are there, who is bound by them, and what can a request rest on?"""
