"""How is an exercise planned, held and played?"""
