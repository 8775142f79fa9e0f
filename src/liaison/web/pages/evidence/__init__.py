"""What does a desk see of evidence? The pages stand in `custody`, what a case shows of it in `in_case`."""
