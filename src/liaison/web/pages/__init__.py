"""What does each subject show, and what is done from its pages? One module a subject."""
