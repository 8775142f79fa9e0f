"""How is a node made, run, moved, saved and brought back from the command line?"""
