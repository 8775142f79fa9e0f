"""How is the code of conduct kept at a terminal?"""
