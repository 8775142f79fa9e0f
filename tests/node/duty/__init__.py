"""Tests of the duty rotas of own desks."""
