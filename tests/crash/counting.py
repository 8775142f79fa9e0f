"""When are rows durable? At a commit, or at once when a statement stands in no transaction: each is a step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.crash.steps import STEPS

READS = ("SELECT", "PRAGMA", "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "EXPLAIN")


class Counting:
    """What an engine's `DatabaseWrapper` is made of, beside Django's own."""

    def _commit(self) -> None:
        STEPS.take("before commit")
        super()._commit()  # type: ignore[misc]
        STEPS.take("after commit")


def see(sql: str, *, in_transaction: bool) -> None:
    """Take a step for a statement that is durable by itself."""
    verb = sql.lstrip().split(" ", 1)[0].upper()
    if verb not in READS and not in_transaction:
        STEPS.take(f"autocommit {verb.lower()}")


def wrapped(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Django's wrapper around each statement that goes through its cursors."""
    see(sql, in_transaction=context["connection"].in_atomic_block)
    return execute(sql, params, many, context)
