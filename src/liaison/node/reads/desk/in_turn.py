"""Whose turn is it in the open cases of a desk, and which cases moved last?

    found = in_turn(node, desk, reader=reader)
    found.us          the last word is the other side's: those with the nearest clock first
    found.them        the last word is ours
    found.recent      the cases with the latest messages, open or not

Invariants: cases of the desk alone, without those that another desk of the participant answers in; at most `SHOWN` of
each, counted up to `COUNTED`. Three statements, however many cases there are: an index leads to the keys of every part,
in its order, and each case is read once though it may stand in two parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connections

from liaison.messages.parties import DeskRef
from liaison.messages.turns import Turn
from liaison.node.database_router import current_database
from liaison.node.models import Case, CaseShare
from liaison.node.node import Node
from liaison.node.reads.desk.listing import CaseRow, Reader, of_desk, read_rows
from liaison.node.reads.desk.waiting import COUNTED, Some
from liaison.node.unit_of_work import reading

SHOWN = 10

_TABLE = Case._meta.db_table
_DESK = '"participant" = %s AND "node" = %s AND "desk" = %s'
_KEY = ("register", "case", "participant", "node", "desk")
_SAME = " AND ".join(f'share."{name}" = "{_TABLE}"."{name}"' for name in _KEY)
_HANDED_OVER = f"""EXISTS (
    SELECT 1 FROM "{CaseShare._meta.db_table}" AS share WHERE {_SAME} AND share."purpose" = 'handed-over'
)"""  # noqa: S608 — names of the models
_OPEN = f"""
SELECT * FROM (
    SELECT {{part}} AS part, "id", "{{at}}" AS at FROM "{_TABLE}"
    WHERE {_DESK} AND "turn" = '{{turn}}' AND "closed_at" IS NULL AND "due" {{clock}} AND NOT {_HANDED_OVER}
    ORDER BY "{{at}}" LIMIT {COUNTED}
) AS part_{{part}}"""  # noqa: S608 — names of the models
_RECENT = f"""
SELECT * FROM (
    SELECT {{part}} AS part, "id", "last_at" AS at FROM "{_TABLE}"
    WHERE {_DESK} AND "archived_at" IS NULL AND "destroyed_at" IS NULL
    ORDER BY "last_at" DESC, "id" DESC LIMIT {SHOWN}
) AS part_{{part}}"""  # noqa: S608 — names of the models
_CLOCKED, _NO_CLOCK = {"clock": "IS NOT NULL", "at": "due"}, {"clock": "IS NULL", "at": "turn_since"}
_PARTS = (
    *(_OPEN.format(part=part, turn=turn, **how) for part, (turn, how) in enumerate(
        (turn, how) for turn in (Turn.US, Turn.THEM) for how in (_CLOCKED, _NO_CLOCK)
    )),
    _RECENT.format(part=4),
)  # fmt: skip
_STATEMENT = "\nUNION ALL".join(_PARTS)


@dataclass(frozen=True, slots=True)
class InTurn:
    """The cases that wait for one side or the other, and those that moved last."""

    us: Some
    them: Some
    recent: tuple[CaseRow, ...]


def in_turn(node: Node, desk: DeskRef, *, reader: Reader) -> InTurn:
    """Open cases by whose turn it is, and the latest."""
    with reading(node):
        us_clocked, us, them_clocked, them, latest = _keys(desk)
        waiting = [[*us_clocked, *us][:COUNTED], [*them_clocked, *them][:COUNTED]]
        latest.reverse()
        wanted = {key for part in (*(keys[:SHOWN] for keys in waiting), latest) for key in part}
        rows = read_rows(Case.objects.filter(**of_desk(desk), pk__in=wanted).order_by(), desk, reader=reader)
    us_found, them_found = (Some(_rows(rows, keys[:SHOWN]), len(keys)) for keys in waiting)
    return InTurn(us_found, them_found, _rows(rows, latest))


def _rows(rows: Mapping[int, CaseRow], keys: Iterable[int]) -> tuple[CaseRow, ...]:
    return tuple(rows[key] for key in keys if key in rows)


def _keys(desk: DeskRef) -> list[list[int]]:
    """The keys of the rows of every part, each in its order."""
    with connections[current_database.get()].cursor() as cursor:
        cursor.execute(_STATEMENT, [desk.participant, desk.node, desk.desk] * len(_PARTS))
        found: list[tuple[int, int, Any]] = cursor.fetchall()
    parts: list[list[tuple[int, int, str | datetime | None]]] = [[] for _ in _PARTS]
    for row in found:
        parts[row[0]].append(row)
    # A union has no order of its own; that of one moment is the order of the keys.
    return [[key for _, key, _ in sorted(part, key=_by_moment)] for part in parts]


def _by_moment(row: tuple[int, int, str | datetime | None]) -> tuple[bool, Any, int]:
    _, key, at = row
    return at is not None, at if at is not None else "", key
