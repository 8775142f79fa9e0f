"""How is one row written on the way of every message? By a statement whose text is made once a model.

    row = add(OutgoingCopy(message=message, …))       INSERT, its key set on the row
    change(row, "state", "reason")                    UPDATE of these columns

The ORM makes the text anew each time, which cost more than the commit. Invariants: values are bound, never part of
the text; names come from the models alone; inside a unit of work.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from django.db import connections, models

from liaison.node.database_router import current_database

M = TypeVar("M", bound=models.Model)


def add(row: M) -> M:
    """Insert a new row and set its key."""
    connection = connections[current_database.get()]
    text, names, special = _insertion(row.__class__)
    with connection.cursor() as cursor:
        cursor.execute(text, [_value(connection, special, row, name) for name in names])
        row.pk = cursor.fetchone()[0]
    row._state.adding = False
    row._state.db = connection.alias
    return row


def change(row: models.Model, *names: str) -> None:
    """Write these columns of a row that is there."""
    connection = connections[current_database.get()]
    text, special = _update(row.__class__, names)
    with connection.cursor() as cursor:
        cursor.execute(text, [*(_value(connection, special, row, name) for name in names), row.pk])


def _value(connection: Any, special: dict[str, Callable[..., Any]], row: models.Model, name: str) -> Any:
    value = getattr(row, name)
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    prepare = special.get(name)
    return value if prepare is None else prepare(value, connection)


@functools.cache
def _insertion(model: Any) -> tuple[str, tuple[str, ...], dict[str, Callable[..., Any]]]:
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    places = ", ".join(["%s"] * len(fields))
    key = model._meta.pk.column
    text = f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({places}) RETURNING "{key}"'  # noqa: S608
    return text, tuple(field.attname for field in fields), _special(fields)


@functools.cache
def _update(model: Any, names: tuple[str, ...]) -> tuple[str, dict[str, Callable[..., Any]]]:
    fields = [model._meta.get_field(name) for name in names]
    columns = ", ".join(f'"{field.column}" = %s' for field in fields)
    key = model._meta.pk.column
    return f'UPDATE "{model._meta.db_table}" SET {columns} WHERE "{key}" = %s', _special(fields)  # noqa: S608


def _special(fields: Any) -> dict[str, Callable[..., Any]]:
    """The columns whose values the engine does not take as they are: JSON, and dates that may be null."""
    return {field.attname: field.get_db_prep_save for field in fields if isinstance(field, models.JSONField)}
