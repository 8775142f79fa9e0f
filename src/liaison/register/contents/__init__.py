"""What do the larger contents of record parts look like?"""
