"""What do officers see in a browser? Server-rendered pages over the same services as every other door."""
