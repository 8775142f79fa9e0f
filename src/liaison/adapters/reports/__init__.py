"""Where do reports on resources lie as files: those of one run, and those between a desk and its own ticket system?"""
