"""How is a register opened, followed, read and written to at the terminal? The verbs of the noun `register`."""
