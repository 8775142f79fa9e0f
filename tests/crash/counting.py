"""When are rows durable? At a commit, or at once when a statement stands in no transaction: each is a step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.crash.steps import STEPS

READS = ("SELECT", "PRAGMA", "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "EXPLAIN")


class Counting:
    """What an engine's `DatabaseWrapper` is made of, beside Django's own."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.execute_wrappers.append(_autocommit)  # type: ignore[attr-defined]

    def _commit(self) -> None:
        STEPS.take("before commit")
        super()._commit()  # type: ignore[misc]
        STEPS.take("after commit")


def _autocommit(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    verb = sql.lstrip().split(" ", 1)[0].upper()
    if verb not in READS and not context["connection"].in_atomic_block:
        STEPS.take(f"autocommit {verb.lower()}")
    return execute(sql, params, many, context)
