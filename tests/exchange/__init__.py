"""Are documents of other programs read strictly and written so that they read back the same?"""
