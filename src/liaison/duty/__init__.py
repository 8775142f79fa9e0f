"""Does somebody always answer? Duty, escalation, checks and exercises. Values in, values out."""
