"""Tests of the room `conduct`."""
