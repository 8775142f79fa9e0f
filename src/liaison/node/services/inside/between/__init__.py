"""How do two desks of one participant on different nodes share a case? By sealed messages of a case of their own."""
