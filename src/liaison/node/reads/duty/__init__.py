"""What do the duty rotas of own desks say?"""
