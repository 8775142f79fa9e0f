"""Who answers at a desk, when, and who is told when nobody does? Values in, values out."""
