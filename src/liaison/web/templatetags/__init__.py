"""What can templates say beyond Django's own tags?"""
