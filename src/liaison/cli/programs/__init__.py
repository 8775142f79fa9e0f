"""What does the operator type about programs that work for a desk: their tokens, and where they are told of events?"""
