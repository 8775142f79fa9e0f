"""What is PostgreSQL in a crash test? As the node uses it, with every commit a step."""

from __future__ import annotations

from django.db.backends.postgresql import base

from tests.crash.counting import Counting


class DatabaseWrapper(Counting, base.DatabaseWrapper):  # type: ignore[misc]
    """PostgreSQL as the node uses it."""
