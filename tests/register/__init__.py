"""Does the register keep its rules?"""
