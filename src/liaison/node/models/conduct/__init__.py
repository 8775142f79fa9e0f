"""Which rows tell of the code of conduct: reports and their drafts, help, and what was measured?"""
