"""Which rows does a node keep? One module a subject; rows that hold register facts are projections of the log."""

from __future__ import annotations
