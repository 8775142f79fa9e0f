"""How are thousands of folded rows written at once? As plain SQL that both engines understand.

The ORM builds an object and a statement text for every row, which took half the time of a first synchronisation.
Invariants: values are bound, never part of the text; names come from the models alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connections

from liaison.node.database_router import current_database


def upsert(model: Any, columns: Sequence[str], key: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Insert `rows` (values in the order of `columns`), replacing those with the same `key`."""
    if not rows:
        return
    connection = connections[current_database.get()]
    quote = connection.ops.quote_name
    names = {field: quote(model._meta.get_field(field).column) for field in columns}
    others = [names[field] for field in columns if field not in key]
    statement = (
        f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(names.values())}) "  # noqa: S608 — names of the model
        f"VALUES ({', '.join(['%s'] * len(columns))}) "
        f"ON CONFLICT ({', '.join(names[field] for field in key)}) "
        f"DO UPDATE SET {', '.join(f'{name} = EXCLUDED.{name}' for name in others)}"
    )
    with connection.cursor() as cursor:
        cursor.executemany(statement, rows)


def change_each(model: Any, values: Mapping[str, object], key: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Write `values` into the rows whose columns `key` equal one of `rows`."""
    if not rows:
        return
    connection = connections[current_database.get()]
    quote = connection.ops.quote_name
    statement = (
        f"UPDATE {quote(model._meta.db_table)} "  # noqa: S608 — names of the model
        f"SET {', '.join(f'{quote(model._meta.get_field(name).column)} = %s' for name in values)} "
        f"WHERE {' AND '.join(f'{quote(model._meta.get_field(name).column)} = %s' for name in key)}"
    )
    with connection.cursor() as cursor:
        cursor.executemany(statement, [(*values.values(), *row) for row in rows])


def remove_under(model: Any, register: str, prefix: str) -> None:
    """Delete the rows of a register whose path begins with `prefix`, which has no sign of a pattern in it."""
    connection = connections[current_database.get()]
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE register = %s AND path LIKE %s", [register, f"{prefix}%"])  # noqa: S608 — names of the model


def trust_pending(model: Any, register: str) -> None:
    """Make the pending facts of a register its trusted ones, in place of those of the same kind and name."""
    connection = connections[current_database.get()]
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {table} WHERE register = %s AND pending = %s AND EXISTS "  # noqa: S608 — names of the model
            f"(SELECT 1 FROM {table} AS newer WHERE newer.register = {table}.register AND newer.kind = {table}.kind "
            f"AND newer.name = {table}.name AND newer.pending = %s)",
            [register, False, True],
        )
        cursor.execute(
            f"UPDATE {table} SET pending = %s WHERE register = %s AND pending = %s",  # noqa: S608 — names of the model
            [False, register, True],
        )
