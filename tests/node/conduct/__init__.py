"""Tests of implementation reports at nodes: published, fetched, seen by those they are for."""
