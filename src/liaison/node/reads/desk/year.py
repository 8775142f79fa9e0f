"""What did a desk deal with in a year: how much of what, with whom, how quickly, and how did it end?

    year = read_year(node, desk, 2026, zone)
    year.of("incident_type")        [Count("fraud:phishing", 12), …]
    year.acknowledged               Spread(count=40, median=312.0, p90=900.0)      seconds

Invariants: exercises are left out; a case counts in the month it began in, by the zone that is asked for; times count
from the beginning of a case to the first acknowledgement of the side that did not begin it, and to this desk's closing;
percentiles are by nearest rank, so every figure is one that was measured.
"""

from __future__ import annotations

import zoneinfo
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from liaison.messages.parties import DeskRef
from liaison.messages.turns import INCIDENT
from liaison.node.models import Case
from liaison.node.node import Node
from liaison.node.reads.desk.listing import of_desk
from liaison.node.unit_of_work import reading

MONTHS = 12
UNKNOWN = ""
COLUMNS = (
    "form",
    "ours",
    "incident_type",
    "severity",
    "others",
    "outcome",
    "opened_at",
    "acknowledged_at",
    "closed_at",
    "register",
)


@dataclass(frozen=True, slots=True)
class Count:
    """How many cases had one value."""

    value: str
    cases: int


@dataclass(frozen=True, slots=True)
class Spread:
    """Seconds that something took; None where it never happened."""

    count: int
    median: float | None
    p90: float | None


@dataclass(frozen=True, slots=True)
class Dealt:
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

    def counts(self, values: Iterable[str]) -> list[Count]:
        """How often each value, the most frequent first."""
        return [Count(value, cases) for value, cases in sorted(Counter(values).items(), key=lambda at: (-at[1], at[0]))]

    def of_month(self, month: int) -> list[Dealt]:
        """The cases that began in a month."""
        return [case for case in self.cases if case.month == month]


def read_year(node: Node, desk: DeskRef, year: int, zone: zoneinfo.ZoneInfo) -> Year:
    """The cases about incidents that this desk began or was told of in a year of the zone."""
    first, last = (datetime(each, 1, 1, tzinfo=zone).astimezone(UTC) for each in (year, year + 1))
    with reading(node):
        rows = Case.objects.filter(**of_desk(desk), opened_at__gte=first, opened_at__lt=last, form=INCIDENT)
        exercises = rows.filter(exercise=True).count()
        found = rows.filter(exercise=False).order_by("opened_at").values_list(*COLUMNS)
        begins = [datetime(year, month, 1, tzinfo=zone).astimezone(UTC) for month in range(1, MONTHS + 1)]
        return Year(year, tuple(_dealt(row, begins) for row in found), exercises)


def _dealt(row: tuple[object, ...], begins: Sequence[datetime]) -> Dealt:
    values = dict(zip(COLUMNS, row, strict=True))
    opened: datetime = values["opened_at"]  # type: ignore[assignment]
    return Dealt(
        month=sum(begin <= opened for begin in begins),
        ours=bool(values["ours"]),
        incident_type=str(values["incident_type"]),
        severity=values["severity"],  # type: ignore[arg-type]
        others=tuple(str(values["others"]).split()),
        outcome=str(values["outcome"]),
        acknowledged=_seconds(opened, values["acknowledged_at"]),
        closed=_seconds(opened, values["closed_at"]),
    )


def _seconds(start: datetime, end: object) -> float | None:
    return max(0.0, (end - start).total_seconds()) if isinstance(end, datetime) else None


def spread(seconds: Iterable[float | None]) -> Spread:
    """Median and 90th percentile, by nearest rank."""
    known = sorted(each for each in seconds if each is not None)
    if not known:
        return Spread(0, None, None)
    return Spread(len(known), known[-(-len(known) * 50 // 100) - 1], known[-(-len(known) * 90 // 100) - 1])


def years(node: Node, desk: DeskRef) -> list[int]:
    """The years in which the desk had cases, the latest first; by UTC."""
    with reading(node):
        rows = Case.objects.filter(**of_desk(desk)).order_by("opened_at").values_list("opened_at", flat=True)
        first, last = rows.first(), rows.last()
    return list(range(last.year, first.year - 1, -1)) if first is not None and last is not None else []
