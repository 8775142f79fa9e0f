"""Which rows tell who answers at a desk, and who was told?"""
