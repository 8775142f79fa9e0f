"""What did a desk deal with in a year: how much of what, with whom, how quickly, and how did it end?

    year = read_year(node, desk, 2026, zone)
    year.cases                                            what each counts as
    spread(case.acknowledged for case in year.cases)      Spread(count=40, median=312.0, p90=900.0), in seconds

Invariants: exercises are left out; a case counts in the month it began in, by the zone that is asked for; times count
from the beginning of a case to the first acknowledgement of the side that did not begin it, and to this desk's closing;
percentiles are by nearest rank, so every figure is one that was measured.
"""

from __future__ import annotations

import zoneinfo
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from django.db.models import CharField
from django.db.models.functions import Cast

from liaison.messages.parties import DeskRef
from liaison.messages.turns import INCIDENT
from liaison.node.models import Case
from liaison.node.node import Node
from liaison.node.reads.desk.listing import of_desk
from liaison.node.unit_of_work import reading

MONTHS = 12
TIMES = ("opened_at", "acknowledged_at", "closed_at")


@dataclass(frozen=True, slots=True)
class Spread:
    """Seconds that something took; None where it never happened."""

    count: int
    median: float | None
    p90: float | None


class Dealt(NamedTuple):
    """One case as it counts; `month` runs from 1 to 12, durations are in seconds."""

    month: int
    ours: bool
    incident_type: str
    severity: int | None
    others: tuple[str, ...]
    outcome: str
    acknowledged: float | None
    closed: float | None


@dataclass(frozen=True, slots=True)
class Year:
    """The cases of a year; `exercises` were left out."""

    number: int
    cases: tuple[Dealt, ...]
    exercises: int

    def of_month(self, month: int) -> list[Dealt]:
        """The cases that began in a month."""
        return [case for case in self.cases if case.month == month]


def read_year(node: Node, desk: DeskRef, year: int, zone: zoneinfo.ZoneInfo) -> Year:
    """The cases about incidents that this desk began or was told of in a year of the zone."""
    first, last = (datetime(each, 1, 1, tzinfo=zone).astimezone(UTC) for each in (year, year + 1))
    with reading(node):
        rows = Case.objects.filter(**of_desk(desk), opened_at__gte=first, opened_at__lt=last, form=INCIDENT)
        exercises = rows.filter(exercise=True).count()
        begins = [datetime(year, month, 1, tzinfo=zone).astimezone(UTC) for month in range(1, MONTHS + 1)]
        # As texts: making each time through the ORM took longer than all the rest.
        texts = {f"{name}_text": Cast(name, CharField()) for name in TIMES}
        columns = ("ours", "incident_type", "severity", "others", "outcome", *texts)
        found = rows.filter(exercise=False).annotate(**texts).values_list(*columns)
        return Year(year, tuple(_dealt(begins, *row) for row in found), exercises)


def _dealt(
    begins: Sequence[datetime],
    ours: bool,
    kind: str,
    severity: int | None,
    others: str,
    *rest: str,
) -> Dealt:
    outcome, opened, acknowledged, closed = rest
    began = _instant(opened)
    heard = max(0.0, (_instant(acknowledged) - began).total_seconds()) if acknowledged else None
    ended = max(0.0, (_instant(closed) - began).total_seconds()) if closed else None
    return Dealt(bisect_right(begins, began), bool(ours), kind, severity, tuple(others.split()), outcome, heard, ended)


def _instant(text: str) -> datetime:
    """SQLite keeps no zone, PostgreSQL prints that of the session; both are UTC."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def spread(seconds: Iterable[float | None]) -> Spread:
    """Median and 90th percentile, by nearest rank."""
    known = sorted([each for each in seconds if each is not None])
    if not known:
        return Spread(0, None, None)
    return Spread(len(known), known[-(-len(known) * 50 // 100) - 1], known[-(-len(known) * 90 // 100) - 1])


def years(node: Node, desk: DeskRef) -> list[int]:
    """The years in which the desk had cases, the latest first; by UTC."""
    with reading(node):
        rows = Case.objects.filter(**of_desk(desk)).order_by("opened_at").values_list("opened_at", flat=True)
        first, last = rows.first(), rows.last()
    return list(range(last.year, first.year - 1, -1)) if first is not None and last is not None else []
