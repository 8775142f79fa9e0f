"""What is PostgreSQL in a crash test? As the node uses it, with every commit a step."""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base

from tests.crash.counting import Counting, wrapped


class DatabaseWrapper(Counting, base.DatabaseWrapper):  # type: ignore[misc]
    """PostgreSQL as the node uses it."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.execute_wrappers.append(wrapped)
