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
    held = row.__dict__
    values = [held[name] for name in names]
    for place, prepare in special:
        values[place] = prepare(values[place], connection)
    with connection.cursor() as cursor:
        cursor.execute(text, values)
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


def _moment(value: datetime | None, connection: Any) -> Any:
    return connection.ops.adapt_datetimefield_value(value)


@functools.cache
def _insertion(model: Any) -> tuple[str, tuple[str, ...], tuple[tuple[int, Callable[..., Any]], ...]]:
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    places = ", ".join(["%s"] * len(fields))
    key = model._meta.pk.column
    text = f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({places}) RETURNING "{key}"'  # noqa: S608
    names = tuple(field.attname for field in fields)
    special = _special(fields) | {field.attname: _moment for field in fields if isinstance(field, models.DateTimeField)}
    return text, names, tuple((names.index(name), prepare) for name, prepare in special.items())


@functools.cache
def _update(model: Any, names: tuple[str, ...]) -> tuple[str, dict[str, Callable[..., Any]]]:
    fields = [model._meta.get_field(name) for name in names]
    columns = ", ".join(f'"{field.column}" = %s' for field in fields)
    key = model._meta.pk.column
    return f'UPDATE "{model._meta.db_table}" SET {columns} WHERE "{key}" = %s', _special(fields)  # noqa: S608


def _special(fields: Any) -> dict[str, Callable[..., Any]]:
    """The columns whose values the engine does not take as they are: JSON, and dates that may be null."""
    return {field.attname: field.get_db_prep_save for field in fields if isinstance(field, models.JSONField)}


def fetch(model: Any, columns: tuple[str, ...], *, lock: bool = False, **equal: object) -> list[tuple[Any, ...]]:
    """These columns of the rows where the others equal the values, in the order of their keys; locked if asked for."""
    connection = connections[current_database.get()]
    text = _selection(model, columns, tuple(equal), lock and connection.features.has_select_for_update)
    with connection.cursor() as cursor:
        cursor.execute(text, list(equal.values()))
        return list(cursor.fetchall())


def remove(model: Any, **equal: object) -> int:
    """Delete the rows where these columns equal the values; how many. For rows that nothing refers to."""
    connection = connections[current_database.get()]
    with connection.cursor() as cursor:
        cursor.execute(_deletion(model, tuple(equal)), list(equal.values()))
        return int(cursor.rowcount)


@functools.cache
def _selection(model: Any, columns: tuple[str, ...], equal: tuple[str, ...], lock: bool) -> str:
    named = ", ".join(f'"{_column(model, name)}"' for name in columns)
    key = ", ".join(f'"{field.column}"' for field in model._meta.pk_fields)
    text = f'SELECT {named} FROM "{model._meta.db_table}" WHERE {_where(model, equal)} ORDER BY {key}'  # noqa: S608
    return f"{text} FOR UPDATE" if lock else text


@functools.cache
def _deletion(model: Any, equal: tuple[str, ...]) -> str:
    return f'DELETE FROM "{model._meta.db_table}" WHERE {_where(model, equal)}'  # noqa: S608


def _where(model: Any, equal: tuple[str, ...]) -> str:
    return " AND ".join(f'"{_column(model, name)}" = %s' for name in equal)


def _column(model: Any, name: str) -> str:
    """The column of a field, or of `field_id`; nothing but what the model declares becomes part of the text."""
    names = {field.attname: field.column for field in model._meta.concrete_fields}
    return str(names[name])
