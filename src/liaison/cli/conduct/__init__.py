"""What did participants do about what was agreed, at a terminal?"""
