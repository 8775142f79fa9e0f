"""What is rehearsed, what is due in it, and what came of it? Values in, values out."""
