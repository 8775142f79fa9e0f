"""How does cooperation under an instrument stand at a desk?"""
