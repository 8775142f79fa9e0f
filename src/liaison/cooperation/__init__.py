"""Which cooperation may States ask of each other, under which text, within which time, with which safeguards?"""
