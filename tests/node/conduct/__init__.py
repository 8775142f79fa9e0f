"""Tests of help with norms and of own cases with a norm at own desks."""
