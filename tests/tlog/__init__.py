"""Does the log keep its promises?"""
