"""Django finds the engine here: SQLite whose commits are two steps each, before and after."""

from __future__ import annotations

from django.db.backends.sqlite3 import base

from tests.crashing import SWITCH


class DatabaseWrapper(base.DatabaseWrapper):
    """SQLite with a switch."""

    def _commit(self) -> None:
        SWITCH.reach()
        super()._commit()
        SWITCH.reach()
