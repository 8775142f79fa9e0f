"""Which cases does a desk have, by how they stand?

    page = list_cases(node, desk, Filter(state="open", urgency="emergency", text="0192f0"), page=1)
    page.rows, page.count, page.pages

Invariants: only cases of the desk; a page costs the same however many cases there are; titles are read from the first
message of the cases on the page, and only when the caller may read cases.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Q

from liaison.messages.parties import DeskRef
from liaison.messages.turns import Turn
from liaison.node.models import Case, IncomingCopy, OutgoingMessage
from liaison.node.node import Node
from liaison.node.reads.desk.titles import Title, read_titles
from liaison.node.reads.memory import own_memory
from liaison.node.services.line.cases import read_parties
from liaison.node.unit_of_work import reading

PAGE = 25
EXPORTED = 20_000
NAMED = 200
IDENTIFIER = re.compile(r"[0-9a-f-]{4,36}")
COLUMNS = (
    "register",
    "case",
    "parties",
    "exercise",
    "opened_at",
    "last_at",
    "form",
    "urgency",
    "ours",
    "incident_type",
    "severity",
    "reference",
    "turn",
    "turn_since",
    "due",
    "acknowledged_at",
    "closed_at",
    "outcome",
    "archived_at",
    "destroyed_at",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What is looked for, everything by default. `state` is open, closed or archived, `exercise` yes or no."""

    state: str = ""
    urgency: str = ""
    form: str = ""
    participant: str = ""
    exercise: str = ""
    turn: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks: `contents` says that the role reads cases, `closed` names those that are closed to this officer."""

    contents: bool
    closed: frozenset[str] = frozenset()

    def may(self, case: str) -> bool:
        """Whether what was said in the case may be shown."""
        return self.contents and case not in self.closed


METADATA = Reader(contents=False)


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case in a list; `others` are the desks at the other end."""

    register: str
    case: str
    others: tuple[DeskRef, ...]
    exercise: bool
    opened_at: datetime
    last_at: datetime
    form: str
    urgency: str
    ours: bool
    incident_type: str
    severity: int | None
    reference: str
    turn: Turn
    turn_since: datetime | None
    due: datetime | None
    acknowledged_at: datetime | None
    closed_at: datetime | None
    outcome: str
    archived_at: datetime | None
    destroyed_at: datetime | None
    title: Title | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the cases that were found."""

    rows: tuple[CaseRow, ...]
    count: int
    number: int
    pages: int


def list_cases(node: Node, desk: DeskRef, wanted: Filter, *, page: int = 1, reader: Reader = METADATA) -> Page:
    """The cases that fit, those with the latest message first."""
    with reading(node):
        rows = _fitting(desk, wanted, reader)
        count = rows.count()
        pages = max(1, -(-count // PAGE))
        number = min(max(page, 1), pages)
        start = (number - 1) * PAGE
        found = read_rows(rows[start : start + PAGE], desk, reader=reader)
        return Page(tuple(found.values()), count, number, pages)


def cases_below(
    node: Node, desk: DeskRef, wanted: Filter, *, below: int | None, limit: int, reader: Reader
) -> list[tuple[int, CaseRow]]:
    """The cases that fit, the last opened first, from below a row's key on; each with its key."""
    with reading(node):
        rows = _fitting(desk, wanted, reader).order_by("-pk")
        rows = rows if below is None else rows.filter(pk__lt=below)
        return list(read_rows(rows[:limit], desk, reader=reader).items())


def every_case(node: Node, desk: DeskRef, wanted: Filter) -> tuple[CaseRow, ...]:
    """All cases that fit, at most `EXPORTED`, without what was said in them."""
    with reading(node):
        return tuple(read_rows(_fitting(desk, wanted, METADATA)[:EXPORTED], desk).values())


def find_row(node: Node, desk: DeskRef, case: str, *, reader: Reader = METADATA) -> CaseRow | None:
    """One case of the desk by its whole identifier."""
    # The unique index begins with the register: without it every case of the desk would be looked at.
    place = {**of_desk(desk), "register__in": own_memory(node).registers(), "case": case}
    with reading(node):
        found = read_rows(Case.objects.filter(**place)[:1], desk, reader=reader)
    return next(iter(found.values()), None)


def of_desk(desk: DeskRef) -> dict[str, str]:
    """What keeps a query to one own desk."""
    return {"participant": desk.participant, "node": desk.node, "desk": desk.desk}


def read_rows(rows: Any, desk: DeskRef, *, reader: Reader = METADATA) -> dict[int, CaseRow]:
    """Rows of cases as values by their keys, in their order, inside a reading."""
    found = {key: _row(desk, *values) for key, *values in rows.values_list("pk", *COLUMNS)}
    named = read_titles(desk, [key for key, row in found.items() if reader.may(row.case)])
    return {
        key: replace(row, title=named.get(key), reference=row.reference if reader.may(row.case) else "")
        for key, row in found.items()
    }


def _row(desk: DeskRef, register: str, case: str, parties: bytes, *rest: Any) -> CaseRow:
    others = tuple(each for each in read_parties(bytes(parties)) if each != desk)
    values = dict(zip(COLUMNS[3:], rest, strict=True))
    return CaseRow(register, case, others, **(values | {"turn": Turn(values["turn"])}))


def _fitting(desk: DeskRef, wanted: Filter, reader: Reader) -> Any:
    rows = Case.objects.filter(**of_desk(desk), destroyed_at=None, archived_at__isnull=wanted.state != "archived")
    for name in ("urgency", "form", "turn"):
        if value := getattr(wanted, name):
            rows = rows.filter(**{name: value})
    if wanted.state in ("open", "closed") or wanted.turn:
        rows = rows.filter(closed_at__isnull=wanted.state != "closed")
    if wanted.exercise:
        rows = rows.filter(exercise=wanted.exercise == "yes")
    if wanted.participant:
        rows = rows.filter(others__contains=wanted.participant)
    if wanted.text:
        rows = rows.filter(_named(desk, wanted.text.strip(), reader))
    return rows.order_by("-last_at", "-pk")


def _named(desk: DeskRef, text: str, reader: Reader) -> Q:
    """Cases of which an identifier begins with this text; where none does, those with it in their reference."""
    lower = text.lower()
    if IDENTIFIER.fullmatch(lower):
        # Behind a beginning stand hexadecimal digits and hyphens, which all engines order before a "g".
        registers = Case.objects.filter(**of_desk(desk)).values_list("register", flat=True)[:1]
        place = {**of_desk(desk), "register": next(iter(registers), "")}
        found: set[str] = set()
        for table, column in ((Case, "case"), (IncomingCopy, "message_id"), (OutgoingMessage, "message_id")):
            begins = {f"{column}__gte": lower, f"{column}__lt": f"{lower}g"}
            found |= set(table.objects.filter(**place, **begins).values_list("case", flat=True)[:NAMED])
        if found:
            return Q(case__in=found)
    if not reader.contents:
        return Q(pk=None)
    return Q(reference__icontains=text[:100]) & ~Q(case__in=reader.closed)
