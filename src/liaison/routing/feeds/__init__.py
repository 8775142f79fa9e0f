"""How does a feed of millions of rows become one report a desk? Shape, rows, duplicates, reports, totals."""
