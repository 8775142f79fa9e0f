"""Which rows does a node keep? One module a subject; every row that holds a register fact is a projection of the log."""

from __future__ import annotations

