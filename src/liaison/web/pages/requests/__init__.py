"""What does a desk see of requests for cooperation? The pages stand in `routes`."""
