"""Tests of reports on norms, of help with them and of practices."""
