"""Tests of the code of conduct: who stands to what, what was done, and who needs help."""
