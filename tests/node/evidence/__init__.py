"""Does a desk keep custody of evidence across nodes?"""
