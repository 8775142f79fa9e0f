"""Who is told when nobody acknowledges a message?"""
