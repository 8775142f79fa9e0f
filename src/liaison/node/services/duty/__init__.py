"""What do officers do with the duty rota of their desk?"""
