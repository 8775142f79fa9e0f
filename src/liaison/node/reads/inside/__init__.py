"""What does a participant see of its own desks' work: rules, what waits, what is shared, what is kept how long?"""
