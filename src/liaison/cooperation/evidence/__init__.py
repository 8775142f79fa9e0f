"""What was handed over, is it still the same, who had it, and on which conditions? (docs/spec/evidence.md)"""
