"""What does this node know of the conduct that participants report?"""
