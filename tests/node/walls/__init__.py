"""Does anything of one desk or participant come out on the side of another on the same node?"""
