"""How is one row written or read on the way of every message? By a statement whose text is made once.

    key = add(OutgoingCopy, message_id=…, register=…)    INSERT; a field that is not named gets its model's default
    change(OutgoingCopy, key, state=…, reason=…)         UPDATE of one row
    fetch(OutgoingCopy, ("id", "state"), sealed_hash=…)  SELECT
    read(FollowedRegister, register=…)                   SELECT; the row as an object of its model
    select(Membership, ("role",), officer_id=…)          SELECT; with moments as the ORM gives them
    remove(Delivery, copy_id=…)                          DELETE

The ORM makes text and row object anew each time, and its cursor looks at each statement again; together they cost more
than the commit. Invariants: values are bound, never part of the text; names come from the models alone; fields are
named as columns are, so a row of another table by its key (`message_id`).
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

from django.db import connections, models

from liaison.node.database_router import current_database

SQLITE = "sqlite"

M = TypeVar("M", bound=models.Model)
Prepare = Callable[[Any, Any], Any]
"""From a value and the connection to what the driver takes."""


def add(model: Any, /, **values: object) -> int:
    """Insert a new row; its key."""
    connection = connections[current_database.get()]
    text, prepared, rest = _insertion(model, tuple(values), connection.vendor)
    _prepare(values, prepared, connection)
    rows, _, key = _run(connection, text, [*values.values(), *rest])
    return int(rows[0][0] if rows else key)


def change(model: Any, key: object, /, **values: object) -> None:
    """Write these columns of the row with this primary key."""
    connection = connections[current_database.get()]
    text, prepared = _update(model, tuple(values), connection.vendor)
    _prepare(values, prepared, connection)
    _run(connection, text, [*values.values(), key])


def fetch(model: Any, columns: tuple[str, ...], *, lock: bool = False, **equal: object) -> list[tuple[Any, ...]]:
    """These columns of the rows where the others equal the values, in the order of their keys; locked if asked for.

    A column behind a key (`message__core_hash`) is that of the row it refers to, which is not locked.
    """
    connection = connections[current_database.get()]
    text = _selection(model, columns, tuple(equal), lock, connection.vendor)
    return _run(connection, text, list(equal.values()))[0]


def read(model: type[M], *, lock: bool = False, **equal: object) -> M | None:
    """The first row where the columns equal the values, whole; locked if asked for."""
    fields = _fields(cast(Any, model))
    names = tuple(fields)
    rows = fetch(model, names, lock=lock, **equal)
    if not rows:
        return None
    values = [_as_the_model_has_it(field, value) for field, value in zip(fields.values(), rows[0], strict=True)]
    return model.from_db(current_database.get(), names, values)


def select(model: Any, columns: tuple[str, ...], **equal: object) -> list[tuple[Any, ...]]:
    """What `fetch` gives, each moment with its zone."""
    return [
        tuple(
            value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value
            for value in row
        )
        for row in fetch(model, columns, lock=False, **equal)
    ]


def _as_the_model_has_it(field: Any, value: Any) -> Any:
    """What SQLite's driver gives of a moment or of JSON, as the ORM would give it."""
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    if isinstance(value, str) and isinstance(field, models.JSONField):
        return json.loads(value)
    return value


def remove(model: Any, **equal: object) -> int:
    """Delete the rows where these columns equal the values; how many. For rows that nothing refers to."""
    connection = connections[current_database.get()]
    return _run(connection, _deletion(model, tuple(equal), connection.vendor), list(equal.values()))[1]


def _run(connection: Any, text: str, values: list[Any]) -> tuple[list[tuple[Any, ...]], int, Any]:
    """The rows a statement gives, how many it touched, and on SQLite the key of the one it made.

    The drivers are spoken to directly, their errors become Django's.
    """
    if connection.vendor != SQLITE:
        return _run_on_server(connection, text, values)
    if connection.connection is None:
        connection.ensure_connection()
    with connection.wrap_database_errors:
        cursor = connection.connection.execute(text, values)
        return cursor.fetchall(), cursor.rowcount, cursor.lastrowid


def _run_on_server(connection: Any, text: str, values: list[Any]) -> tuple[list[tuple[Any, ...]], int, None]:
    """On PostgreSQL, by a cursor that leaves the values beside the text.

    A cursor of Django writes them into it, ten kilobytes of a message as twenty of hex, for the server to read and plan
    each time anew; so a text that was run a few times is prepared there, and only its values travel.
    """
    import psycopg

    connection.close_if_health_check_failed()
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(text, values)  # type: ignore[call-overload]
        return (cursor.fetchall() if cursor.description else []), cursor.rowcount, None


def _prepare(values: dict[str, Any], prepared: tuple[tuple[str, Prepare], ...], connection: Any) -> None:
    for name, prepare in prepared:
        values[name] = prepare(values[name], connection)


@functools.cache
def _insertion(
    model: Any, names: tuple[str, ...], vendor: str
) -> tuple[str, tuple[tuple[str, Prepare], ...], tuple[Any, ...]]:
    """The text, the fields whose values need preparing, and the defaults of those that are not named."""
    fields = _fields(model)
    others = [name for name, field in fields.items() if name not in names and not field.primary_key]
    columns = ", ".join(f'"{fields[name].column}"' for name in (*names, *others))
    places = ", ".join(["%s"] * (len(names) + len(others)))
    table, key = model._meta.db_table, model._meta.pk.column
    text = f'INSERT INTO "{table}" ({columns}) VALUES ({places})'  # noqa: S608
    if vendor != SQLITE:  # Whose driver tells the key anyway.
        text += f' RETURNING "{key}"'
    rest: dict[str, Any] = {name: fields[name].get_default() for name in others}
    _prepare(rest, _prepared(model, tuple(others)), connections[current_database.get()])
    return _in_form(text, vendor), _prepared(model, names), tuple(rest.values())


@functools.cache
def _update(model: Any, names: tuple[str, ...], vendor: str) -> tuple[str, tuple[tuple[str, Prepare], ...]]:
    columns = ", ".join(f"{_column(model, name)} = %s" for name in names)
    key, table = model._meta.pk.column, model._meta.db_table
    text = f'UPDATE "{table}" SET {columns} WHERE "{key}" = %s'  # noqa: S608
    return _in_form(text, vendor), _prepared(model, names)


@functools.cache
def _selection(model: Any, columns: tuple[str, ...], equal: tuple[str, ...], lock: bool, vendor: str) -> str:
    named = ", ".join(_place(model, name) for name in columns)
    table = model._meta.db_table
    keys = ", ".join(f'"{table}"."{field.column}"' for field in model._meta.pk_fields)
    joined = "".join(
        _join(model, name) for name in sorted({name.partition("__")[0] for name in columns if "__" in name})
    )
    text = f'SELECT {named} FROM "{table}"{joined} WHERE {_where(model, equal)} ORDER BY {keys}'  # noqa: S608
    return _in_form(f'{text} FOR UPDATE OF "{table}"' if lock and vendor != SQLITE else text, vendor)


@functools.cache
def _deletion(model: Any, equal: tuple[str, ...], vendor: str) -> str:
    return _in_form(f'DELETE FROM "{model._meta.db_table}" WHERE {_where(model, equal)}', vendor)  # noqa: S608


def _where(model: Any, equal: tuple[str, ...]) -> str:
    return " AND ".join(f"{_place(model, name)} = %s" for name in equal)


def _place(model: Any, name: str) -> str:
    """A column with its table, also of the row that a field refers to (`message__core_hash`)."""
    near, _, far = name.partition("__")
    if not far:
        return f'"{model._meta.db_table}".{_column(model, near)}'
    return _place(model._meta.get_field(near).related_model, far)


def _join(model: Any, name: str) -> str:
    field = model._meta.get_field(name)
    table, key = field.related_model._meta.db_table, field.related_model._meta.pk.column
    return f' JOIN "{table}" ON "{table}"."{key}" = {_place(model, field.attname)}'


def _column(model: Any, name: str) -> str:
    """The quoted column of a field; nothing but what the model declares becomes part of the text."""
    return f'"{_fields(model)[name].column}"'


@functools.cache
def _fields(model: Any) -> dict[str, Any]:
    return {field.attname: field for field in model._meta.concrete_fields}


@functools.cache
def _prepared(model: Any, names: tuple[str, ...]) -> tuple[tuple[str, Prepare], ...]:
    """What the driver does not take as it is, moments and JSON, and what makes of it what it takes."""
    fields = [_fields(model)[name] for name in names]
    moments = [(field.attname, _moment) for field in fields if isinstance(field, models.DateTimeField)]
    return (
        *moments,
        *((field.attname, field.get_db_prep_save) for field in fields if isinstance(field, models.JSONField)),
    )


def _moment(value: datetime | None, connection: Any) -> Any:
    if value is not None and value.tzinfo is UTC and connection.vendor == SQLITE:
        return str(value.replace(tzinfo=None))  # What the next line gives, in a fifth of the time.
    return connection.ops.adapt_datetimefield_value(value)


def _in_form(text: str, vendor: str) -> str:
    """The text as the one who takes it wants its places: the driver of SQLite, or a cursor of Django."""
    return text.replace("%s", "?") if vendor == SQLITE else text
