"""Tests of the agreed texts, of who is bound by them on a day, and of what that allows between two."""
