"""What do officers do with requests for cooperation?"""
