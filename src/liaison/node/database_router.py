"""Whose database does a query go to? The one of the unit of work it stands in.

Invariants: several nodes can live in one process (tests do it), each with its own database; a query outside every
unit of work goes to `default`, the only database a real process has.
"""

from __future__ import annotations

from contextvars import ContextVar

current_database: ContextVar[str] = ContextVar("current_database", default="default")


class CurrentDatabaseRouter:
    """Django's router: reads and writes follow the unit of work."""

    def db_for_read(self, model: object, **hints: object) -> str:
        """The database of the unit of work this read stands in."""
        return current_database.get()

    def db_for_write(self, model: object, **hints: object) -> str:
        """The database of the unit of work this write stands in."""
        return current_database.get()

    def allow_relation(self, first: object, second: object, **hints: object) -> bool:
        """Rows met in one unit of work come from one database."""
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: object) -> bool:
        """Every node's database has every table."""
        return True
