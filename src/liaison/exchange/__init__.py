"""How do other programs' documents about incidents come in, and how does a case go out as one?"""
