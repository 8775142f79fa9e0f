"""Does a record of custody show what was done with evidence, and what is wrong with it?"""
