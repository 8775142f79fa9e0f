"""When are rows durable? At a commit, or at once when a statement stands in no transaction: each is a step."""

from __future__ import annotations

from typing import Any

from django.db.backends.sqlite3 import base

from tests.crash.steps import STEPS

READS = ("SELECT", "PRAGMA", "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "EXPLAIN")


class DatabaseWrapper(base.DatabaseWrapper):  # type: ignore[misc]
    """SQLite as the node uses it."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        connection.set_trace_callback(self._see)
        return connection

    def _commit(self) -> None:
        STEPS.take("before commit")
        super()._commit()
        STEPS.take("after commit")

    def _see(self, sql: str) -> None:
        """Called by SQLite before it runs a statement, whoever handed it in."""
        verb = sql.lstrip().split(" ", 1)[0].upper()
        if verb not in READS and not self.in_atomic_block:
            STEPS.take(f"autocommit {verb.lower()}")
