"""What can a program ask for? One module a subject; each operation names the scope that it needs."""
