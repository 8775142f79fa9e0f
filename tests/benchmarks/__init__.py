"""Tests of what measures: the kept results, the page and the charts."""
