"""Tests of requests for cooperation at own desks: projections, steps, dates, who is told."""
