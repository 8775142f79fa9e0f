"""What does a desk see of the code of conduct: norms, reports, help, its own cases?"""
