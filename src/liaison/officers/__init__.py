"""Who may do what at a desk? Roles, and what each of them may do; no names, no tables."""
