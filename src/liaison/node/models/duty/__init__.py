"""Which rows tell who answers at a desk?"""
