"""What was agreed about behaviour, who stands to it, what was done, and who needs help with it?"""
