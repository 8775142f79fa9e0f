"""Tests of the room `duty`."""
