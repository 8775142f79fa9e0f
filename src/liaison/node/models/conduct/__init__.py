"""Which rows tell of the code of conduct: what was reported?"""
