"""Do programs of others, in their own languages, agree?"""
