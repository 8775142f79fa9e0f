"""Tests of what a node does about the code of conduct."""
