"""What does a node hold, row by row, so that before and after can be compared?

before = rows_of(node)
…something hostile…
assert new_rows(before, rows_of(node)) == {"GivenReceipt": 1}
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connections

from liaison.node.node import Node
from liaison.node.unit_of_work import reading

Rows = dict[str, Counter[str]]


def rows_of(node: Node) -> Rows:
    """Every row of every table of the node."""
    with reading(node):
        return {model.__name__: Counter(map(_text, model.objects.values())) for model in _models()}


def _models() -> list[object]:
    return list(apps.get_app_config("node").get_models())


def _text(row: dict[str, object]) -> str:
    """One text for one row, the same on every engine."""
    bare = {name: bytes(value) if isinstance(value, memoryview) else value for name, value in row.items()}
    return repr(sorted(bare.items()))


def new_rows(before: Rows, after: Rows) -> dict[str, int]:
    """How many rows each table gained. Raises AssertionError when one was lost or changed."""
    lost = {name: before[name] - after[name] for name in before if before[name] - after[name]}
    assert lost == {}
    return {name: count for name in after if (count := (after[name] - before[name]).total())}


@contextmanager
def writes(node: Node) -> Iterator[list[str]]:
    """Every statement that changes the node's tables while the block runs, up to the name of the table."""
    seen: list[str] = []

    def note(sql: str) -> None:
        words = sql.split()
        if words[0] in ("INSERT", "UPDATE", "DELETE"):
            seen.append(" ".join(words[: 2 if words[0] == "UPDATE" else 3]))

    def pass_on(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        note(sql)
        return execute(sql, params, many, context)

    connection = connections[node.database]
    connection.ensure_connection()
    if connection.vendor == "sqlite":  # Its driver is also spoken to directly (`node/work/statements.py`).
        connection.connection.set_trace_callback(note)
        try:
            yield seen
        finally:
            connection.connection.set_trace_callback(None)
        return
    with connection.execute_wrapper(pass_on):
        yield seen
