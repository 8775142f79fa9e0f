"""What needs a desk now, the most urgent first?

    unacknowledged      came in, is owed a person's word, and nobody has given it: emergencies first, then the oldest
    follow-ups          cases the desk meant to come back to by now
    register            what a person must look at: alarms, a stopped or old mirror, entries no quorum has seen

Invariants: rows of the desk alone; at most `MOST` of each, with their count up to `COUNTED`; nothing is opened but the
messages whose titles are shown. Whose turn it is in the
open cases is read by `in_turn`, what did not come through by `undelivered`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connections
from django.db.models import Exists, OuterRef

from liaison.messages.message import kept_fields
from liaison.messages.parties import DeskRef
from liaison.node.database_router import current_database
from liaison.node.log.views import PARTICIPANT
from liaison.node.models import (
    Alarm,
    Case,
    CaseShare,
    FactRow,
    FollowedRegister,
    FollowUp,
    IncomingCopy,
)
from liaison.node.node import Node
from liaison.node.reads.desk.listing import Reader, of_desk
from liaison.node.reads.desk.titles import Title, read_titles, title_of
from liaison.node.reads.overview import AlarmRead, alarms
from liaison.node.unit_of_work import reading
from liaison.node.work.statements import fetch, read

MOST = 20
COUNTED = 100
STALE = timedelta(days=2)
RANK = {"emergency": 0, "urgent": 1}


@dataclass(frozen=True, slots=True)
class Owed:
    """A message nobody has acknowledged."""

    register: str
    message_id: str
    case: str
    form: str
    urgency: str
    sender: DeskRef
    received_at: datetime
    exercise: bool
    title: Title | None


@dataclass(frozen=True, slots=True)
class Due:
    """A case to come back to."""

    register: str
    case: str
    due: datetime
    note: str


@dataclass(frozen=True, slots=True)
class RegisterCare:
    """How the register of the desk is: `unconfirmed` counts participants with entries no quorum has seen."""

    alarms: tuple[AlarmRead, ...]
    stopped: str
    checked_at: datetime | None
    stale: bool
    unconfirmed: int

    @property
    def calm(self) -> bool:
        """Whether there is nothing to look at."""
        return not (self.alarms or self.stopped or self.stale or self.unconfirmed)


@dataclass(frozen=True, slots=True)
class Some:
    """The first of what was found, and how many there are; they are counted up to `COUNTED`."""

    rows: tuple[Any, ...]
    count: int

    @property
    def more(self) -> bool:
        """Whether there may be more than were counted."""
        return self.count >= COUNTED


def _count(rows: Any) -> int:
    """How many rows, no further than a screen needs, so that ten thousand cost what a hundred do."""
    return int(rows.order_by().values("pk")[:COUNTED].count())


_OWED = f"""
SELECT "id", CASE "urgency" WHEN 'emergency' THEN 0 WHEN 'urgent' THEN 1 ELSE 2 END AS rank
FROM "{IncomingCopy._meta.db_table}"
WHERE "owed" AND "participant" = %s AND "node" = %s AND "desk" = %s
ORDER BY rank, "received_at", "id" LIMIT {COUNTED}
"""  # noqa: S608 — names of the models
_COLUMNS = ("pk", "register", "message_id", "case", "form", "urgency", "from_participant", "from_node", "from_desk")


def unacknowledged(node: Node, desk: DeskRef, *, reader: Reader) -> Some:
    """What came in and waits for a person's word."""
    with reading(node):
        with connections[current_database.get()].cursor() as cursor:
            cursor.execute(_OWED, [desk.participant, desk.node, desk.desk])
            keys = [key for key, _ in cursor.fetchall()]
        columns = (*_COLUMNS, "received_at", *(("plaintext",) if reader.contents else ()))
        shown = IncomingCopy.objects.filter(**of_desk(desk), pk__in=keys[:MOST]).order_by().values_list(*columns)
        rows = {row[0]: row[1:] for row in shown} if keys else {}
        cases = _cases_of(desk, {(row[0], row[2]) for row in rows.values()})
        read = {}
        for key, row in rows.items():
            case, exercise = cases.get((row[0], row[2]), (None, False))
            read[key] = (case, _owed(row, exercise, reader))
        found = _with_titles(desk, read, reader)
    return Some(tuple(found[key] for key in keys if key in found), len(keys))


def _cases_of(desk: DeskRef, cases: Collection[tuple[str, str]]) -> dict[tuple[str, str], tuple[int, bool]]:
    """The key of the row of each case of the desk, by register and identifier, and whether it is an exercise."""
    if not cases:
        return {}
    named = {"register__in": {register for register, _ in cases}, "case__in": {case for _, case in cases}}
    rows = Case.objects.filter(**of_desk(desk), **named).values_list("register", "case", "pk", "exercise")
    return {(register, case): (key, exercise) for register, case, key, exercise in rows}


def _with_titles(desk: DeskRef, read: Mapping[int, tuple[int | None, Owed]], reader: Reader) -> dict[int, Owed]:
    """What has no title of its own, as a reply, goes by that of the case it is in."""
    untitled = {key: case for key, (case, owed) in read.items() if case and not owed.title and reader.may(owed.case)}
    titles = read_titles(desk, sorted(set(untitled.values())))
    return {
        key: replace(owed, title=owed.title or titles.get(untitled[key])) if key in untitled else owed
        for key, (_, owed) in read.items()
    }


def _owed(row: Sequence[Any], exercise: bool, reader: Reader) -> Owed:
    register, message_id, case, form, urgency, participant, node, desk, at, *plaintext = row
    title = title_of(kept_fields(bytes(plaintext[0]))) if reader.may(case) else None
    sender = DeskRef(participant, node, desk)
    return Owed(register, message_id, case, form, urgency, sender, at, exercise, title)


def _handed_over(desk: DeskRef) -> Exists:
    """Cases in which another desk of the participant answers: they stand on its page, and their reminders stop."""
    same = {"register": OuterRef("register"), "case": OuterRef("case")}
    return Exists(CaseShare.objects.filter(**of_desk(desk), **same, purpose="handed-over"))


def follow_ups(node: Node, desk: DeskRef, now: datetime) -> Some:
    """The cases the desk meant to come back to by now."""
    with reading(node):
        rows = FollowUp.objects.filter(~_handed_over(desk), **of_desk(desk), due__lte=now).order_by("due")
        found = [Due(*row) for row in rows.values_list("register", "case", "due", "note")[:MOST]]
        return Some(tuple(found), _count(rows) if len(found) == MOST else len(found))


def exercises_among(node: Node, desk: DeskRef, cases: Collection[str]) -> frozenset[str]:
    """Which of these cases are exercises, for lists that show a case without what was said in it."""
    if not cases:
        return frozenset()
    with reading(node):
        rows = Case.objects.filter(**of_desk(desk), case__in=cases, exercise=True)
        return frozenset(rows.values_list("case", flat=True))


def register_care(node: Node, register: str, now: datetime) -> RegisterCare:
    """What of the register a person must look at."""
    with reading(node):
        raised = fetch(Alarm, ("code",), register=register)
        row = read(FollowedRegister, register=register)
        unconfirmed = len(fetch(FactRow, ("name",), register=register, kind=PARTICIPANT, pending=True))
    found = tuple(alarms(node, register)) if raised else ()
    stopped, checked_at = (row.stopped, row.checked_at) if row is not None else ("", None)
    return RegisterCare(found, stopped, checked_at, checked_at is not None and now - checked_at > STALE, unconfirmed)
