"""What do data that a participant supplies say of a provider's networks, and who may see it when?"""
