"""How does an address or a feed find its contact centres at the terminal?"""
