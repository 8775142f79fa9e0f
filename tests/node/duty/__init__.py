"""Tests of who answers at own desks: rotas, escalations, the ways in which officers are told."""
