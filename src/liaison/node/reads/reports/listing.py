"""Which reports did a desk send or receive, and how far are they answered?

    page = list_reports(node, desk, side="received", page=1)        the newest first
    report = find_report(node, desk, message_id)                     Raises UsageError
    what_became(node, desk, side="sent", since=…)                    rows by answer and day

Invariants: only the desk's own; nothing of a row is read here; a page costs the same however many reports there are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from liaison.errors import UsageError
from liaison.messages.parties import DeskRef
from liaison.node.models import HeldReport, TrackedReport
from liaison.node.models.reports import RECEIVED, SENT
from liaison.node.node import Node
from liaison.node.reads.desk.listing import of_desk
from liaison.node.unit_of_work import reading

PAGE = 25
MOST_DAYS = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRead:
    """One report as a list shows it; `whole` is what was last said of the whole file."""

    key: int
    side: str
    register: str
    own: DeskRef
    other: DeskRef
    message_id: str
    case: str
    core_hash: str
    feed: str
    reference: str
    incident_type: str
    exercise: bool
    rows: int
    at: datetime
    ticket: str
    own_ticket: str
    token: str
    whole: Mapping[str, str]
    whole_by: str
    answered: int
    answers: Mapping[str, int]

    @property
    def open(self) -> int:
        """Rows of which nothing was said."""
        return max(0, self.rows - self.answered)


@dataclass(frozen=True, slots=True)
class Reports:
    """Some of the reports that were found."""

    rows: tuple[ReportRead, ...]
    count: int
    number: int
    pages: int


@dataclass(frozen=True, slots=True)
class Became:
    """What became of the rows of many reports: by answer, and by the day of the report; `open` are not answered."""

    reports: int
    rows: int
    answers: Mapping[str, int]
    days: tuple[tuple[date, int, Mapping[str, int]], ...]
    exercises: int
    """Reports of exercises, which are left out of all figures."""

    @property
    def open(self) -> int:
        """Rows of which nothing was said."""
        return max(0, self.rows - sum(self.answers.values()))


def list_reports(
    node: Node, desk: DeskRef, *, side: str = RECEIVED, unanswered: bool = False, page: int = 1
) -> Reports:
    """A page of the desk's reports, the newest first; `unanswered` leaves out those of which every row was."""
    with reading(node):
        rows = TrackedReport.objects.filter(**of_desk(desk), side=SENT if side == SENT else RECEIVED)
        if unanswered:
            rows = rows.filter(done=False)
        count = rows.count()
        pages = max(1, -(-count // PAGE))
        number = min(max(page, 1), pages)
        found = rows.order_by("-at", "-pk")[(number - 1) * PAGE : number * PAGE]
        return Reports(tuple(map(report_of, found)), count, number, pages)


def find_report(node: Node, desk: DeskRef, message_id: str) -> ReportRead:
    """One report of the desk by the whole identifier of its message. Raises UsageError."""
    with reading(node):
        row = TrackedReport.objects.filter(**of_desk(desk), message_id=message_id).order_by("side", "pk").first()
    if row is None:
        raise UsageError("report-not-found", report=message_id[:36])
    return report_of(row)


def count_open(node: Node, desk: DeskRef) -> tuple[int, int]:
    """How many received reports have rows without an answer, and how many sent ones wait for their interval."""
    with reading(node):
        rows = TrackedReport.objects.filter(**of_desk(desk), side=RECEIVED, done=False)
        return rows.count(), HeldReport.objects.filter(**of_desk(desk)).count()


def held_reports(node: Node, desk: DeskRef) -> list[tuple[DeskRef, int, datetime, str]]:
    """Reports that wait for the interval of their desk: to whom, how many rows, when they are due, what kept them."""
    columns = ("to_participant", "to_node", "to_desk", "rows", "due", "trouble")
    with reading(node):
        rows = list(HeldReport.objects.filter(**of_desk(desk)).order_by("due", "pk").values_list(*columns)[:PAGE])
    return [(DeskRef(*to), rows_, due, trouble) for *to, rows_, due, trouble in rows]


def what_became(node: Node, desk: DeskRef, *, side: str, since: datetime, until: datetime) -> Became:
    """The sums of the reports between two moments, at most a year of them."""
    days: dict[date, tuple[int, Counter[str]]] = {}
    total, answers, count, exercises = 0, Counter[str](), 0, 0
    with reading(node):
        rows = TrackedReport.objects.filter(**of_desk(desk), side=side, at__gte=since, at__lt=until)
        found = list(rows.order_by("at").values_list("at", "rows", "answers", "exercise"))
    for at, size, said, exercise in found:
        if exercise:
            exercises += 1
            continue
        count, total = count + 1, total + size
        answers.update(said)
        before, told = days.setdefault(at.date(), (0, Counter()))
        told.update(said)
        days[at.date()] = (before + size, told)
    listed = tuple((day, size, dict(told)) for day, (size, told) in sorted(days.items())[-MOST_DAYS:])
    return Became(count, total, dict(answers), listed, exercises)


def report_of(row: Any) -> ReportRead:
    """The value of a row."""
    names = (
        "side", "register", "message_id", "case", "core_hash", "feed", "reference", "incident_type", "exercise", "rows",
        "at", "ticket", "own_ticket", "token", "whole", "whole_by", "answered", "answers",
    )  # fmt: skip
    return ReportRead(
        key=row.pk,
        own=DeskRef(row.participant, row.node, row.desk),
        other=DeskRef(row.other_participant, row.other_node, row.other_desk),
        **{name: getattr(row, name) for name in names},
    )
