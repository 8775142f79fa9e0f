"""What does a desk see of the reports it sent and received?"""
