"""Tests of what is rehearsed."""
