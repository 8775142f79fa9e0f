"""Where do people read, write and acknowledge: the pages, in their own languages?"""
