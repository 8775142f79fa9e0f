"""What is SQLite in a crash test? As the node uses it, with every commit a step."""

from __future__ import annotations

from typing import Any

from django.db.backends.sqlite3 import base

from tests.crash.counting import Counting, see


class DatabaseWrapper(Counting, base.DatabaseWrapper):  # type: ignore[misc]
    """SQLite as the node uses it."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        # SQLite tells of a statement before it runs it, whoever handed it in: some do not go through Django's cursors.
        connection.set_trace_callback(lambda sql: see(sql, in_transaction=self.in_atomic_block))
        return connection
