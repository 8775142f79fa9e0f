"""Does cooperation under an instrument keep to its rules?"""
