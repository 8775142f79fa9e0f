"""Tests of implementation reports: their form, their parts, and what the log proves of them."""
