"""How do a node's tables move from its SQLite file to PostgreSQL, and is every row there afterwards?

    move_tables(node, url)      [Moved("OutgoingCopy", 120_000, "9ab0…"), …]

In this order (docs/operating/postgresql.md): (1) the tables of both sides are brought to the present version; (2) in
one transaction there, table after table is copied, each after those its rows refer to; (3) count and hash of every
table are the same on both sides; (4) the transaction commits; (5) the old tables are closed for writing.

Invariants:
- The old file keeps every row; killed before (4) nothing is there, killed after it a second run finds the same rows
  there, copies nothing and goes on with (5).
- Tables that hold anything else are never written over.
- While it runs no unit of work opens on the old tables; afterwards none ever does, so the node does not speak twice.
"""

from __future__ import annotations

import graphlib
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DatabaseError, connections, models, transaction

from liaison.errors import NotNowError, UsageError, VerificationError
from liaison.node.databases import add_database
from liaison.node.models import Setting
from liaison.node.node import Node
from liaison.node.services.setup import migrate
from liaison.node.unit_of_work import READ_ONLY, catching_up, close_for_writing, unit_of_work
from liaison.wire.identifiers import format_instant

TARGET = "moving-to"
MOVED = "moved"
"""The setting of tables that were moved; its value is since when. It does not move with them, nor what closes them."""
MADE_ANEW = frozenset({"contenttypes", "auth"})
"""The applications whose rows Django writes itself when it makes the tables; nothing of a node stands in them."""
BATCH = 1000
Watch = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Moved:
    """One table on both sides: its model, its rows, and the sum of their SHA-256 (hex)."""

    table: str
    rows: int
    digest: str


def move_tables(node: Node, url: str, *, watch: Watch = lambda table, rows: None) -> list[Moved]:
    """Copy every row of a node on SQLite to the empty database at `url` and close the old tables for writing.

    `watch` is told table and rows copied so far. Raises UsageError when the database there is not PostgreSQL or not
    empty, NotNowError when it refuses, VerificationError when a table differs afterwards; then nothing has changed.
    """
    if not url.startswith(("postgresql://", "postgres://")):
        raise UsageError("move-needs-postgresql")
    add_database(TARGET, url)
    try:
        migrate(node)
        call_command("migrate", database=TARGET, verbosity=0, interactive=False)
        with catching_up(), unit_of_work(node):
            moved = _copy_all(node, watch)
            _close(node)
    except DatabaseError as error:
        raise NotNowError("move-refused", reason=str(error).partition("\n")[0][:120]) from error
    finally:
        connections[TARGET].close()
        del connections[TARGET]
        connections.settings.pop(TARGET)
    return moved


def _copy_all(node: Node, watch: Watch) -> list[Moved]:
    """(2) to (4)."""
    ordered, before = _in_order(), Setting.objects.filter(name=MOVED).exists()
    with transaction.atomic(using=TARGET):
        if not any(model.objects.using(TARGET).exists() for model in ordered):
            for model in ordered:
                _copy(model, node.database, watch, before=before)
            _reset_sequences(ordered)
        moved = []
        for model in ordered:
            here, there = (_measure(_rows(model, alias, before=before)) for alias in (node.database, TARGET))
            if here != there:
                raise _difference(model, here, there)
            moved.append(Moved(model.__name__, *here))
    return moved


def _difference(model: type[models.Model], here: tuple[int, str], there: tuple[int, str]) -> Exception:
    """What a table that differs means: after a copy a fault, else that the rows there are another node's."""
    code = "move-not-empty" if here[0] != there[0] else "move-differs"
    kind = UsageError if code == "move-not-empty" else VerificationError
    return kind(code, table=model._meta.db_table, here=here[0], there=there[0])


def _in_order() -> list[type[models.Model]]:
    """Every model whose rows move, each after those its rows refer to; rows of its own are checked at the commit."""
    every = [model for model in apps.get_models() if model._meta.app_label not in MADE_ANEW]
    sorter: graphlib.TopologicalSorter[Any] = graphlib.TopologicalSorter()
    for model in every:
        fields = model._meta.concrete_fields
        others = (field.related_model for field in fields if field.is_relation)
        sorter.add(model, *(each for each in others if each is not model))
    return list(sorter.static_order())


def _rows(model: Any, alias: str, *, before: bool) -> Any:
    """The rows that move: all, but what says of tables moved before that they were."""
    rows = model.objects.using(alias)
    return rows.exclude(name__in=(MOVED, READ_ONLY)) if before and model is Setting else rows.all()


def _copy(model: Any, alias: str, watch: Watch, *, before: bool) -> None:
    done, batch = 0, []
    for row in _rows(model, alias, before=before).order_by("pk").iterator(BATCH):
        batch.append(row)
        if len(batch) == BATCH:
            done += _insert(model, batch)
            watch(model.__name__, done)
    done += _insert(model, batch)
    watch(model.__name__, done)


def _insert(model: Any, batch: list[Any]) -> int:
    count = len(batch)
    model.objects.using(TARGET).bulk_create(batch)
    batch.clear()
    return count


def _reset_sequences(ordered: list[type[models.Model]]) -> None:
    """New rows there are numbered after the last that was copied."""
    connection = connections[TARGET]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), ordered):
            cursor.execute(statement)


def _measure(rows: Any) -> tuple[int, str]:
    """How many rows, and the sum of their hashes: the same in whatever order an engine gives them."""
    names = [field.attname for field in rows.model._meta.concrete_fields]
    count, total = 0, 0
    for values in rows.values_list(*names).iterator(BATCH):
        count += 1
        digest = hashlib.sha256(b"\0".join(_told(values))).digest()
        total = (total + int.from_bytes(digest, "big")) % (1 << 256)
    return count, f"{total:064x}"


def _told(values: tuple[Any, ...]) -> Iterator[bytes]:
    """Each value in one form, whichever engine gave it, with its length before it."""
    for value in values:
        if isinstance(value, bytes | memoryview):
            text = b"b" + bytes(value)
        elif isinstance(value, datetime):
            text = b"t" + value.astimezone(UTC).isoformat(timespec="microseconds").encode()
        else:
            text = b"j" + json.dumps(value, sort_keys=True).encode()
        yield len(text).to_bytes(8, "big") + text


def _close(node: Node) -> None:
    """(5)."""
    since = format_instant(node.clock.now().replace(microsecond=0))
    Setting.objects.get_or_create(name=MOVED, defaults={"value": since})
    close_for_writing(node, since)
