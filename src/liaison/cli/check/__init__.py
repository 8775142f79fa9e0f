"""Does everybody answer, from a terminal?"""
