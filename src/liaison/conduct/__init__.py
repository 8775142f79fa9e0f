"""What did participants do about what was agreed, what do they show of it, and who needs help?"""
