"""What does Liaison do, seen working? Four nodes on one machine, a real feed, and forgeries that are refused."""
