"""How does the core reach files, sockets and the clock? Every port of the core, made real, and nothing else."""
