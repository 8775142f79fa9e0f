"""How are bodies read and given over lines that may be slow, or slow on purpose?"""
