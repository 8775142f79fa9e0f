"""Does the room of messages keep its promises?"""
