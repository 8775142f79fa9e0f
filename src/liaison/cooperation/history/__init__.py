"""What became of the requests of a case, from what both sides said? Read, gone through word by word, and folded."""
