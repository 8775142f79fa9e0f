"""Is this entry in the log that everyone else sees? The verifiable log, to the letter of the C2SP specifications."""
