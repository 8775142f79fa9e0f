"""How is evidence kept and checked at a terminal?"""
