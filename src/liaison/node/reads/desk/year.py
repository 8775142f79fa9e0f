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
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import connections

from liaison.messages.parties import DeskRef
from liaison.messages.turns import INCIDENT
from liaison.node.database_router import current_database
from liaison.node.models import Case
from liaison.node.node import Node
from liaison.node.reads.desk.listing import of_desk
from liaison.node.unit_of_work import reading

MONTHS = 12
# Times as texts, by a statement of our own: three thousand rows through the ORM took longer than all the rest.
_STATEMENT = f"""
SELECT "exercise", "ours", "incident_type", "severity", "others", "outcome",
    CAST("opened_at" AS text), CAST("acknowledged_at" AS text), CAST("closed_at" AS text)
FROM "{Case._meta.db_table}"
WHERE "participant" = %s AND "node" = %s AND "desk" = %s AND "form" = %s AND "opened_at" >= %s AND "opened_at" < %s
"""  # noqa: S608 — a name of the model


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

    def by_month(self) -> list[list[Dealt]]:
        """The cases that began in each month, from January on."""
        months: list[list[Dealt]] = [[] for _ in range(MONTHS)]
        for case in self.cases:
            months[case.month - 1].append(case)
        return months


def read_year(node: Node, desk: DeskRef, year: int, zone: zoneinfo.ZoneInfo) -> Year:
    """The cases about incidents that this desk began or was told of in a year of the zone."""
    months = [(year + at // MONTHS, 1 + at % MONTHS) for at in range(MONTHS + 1)]
    begins = [datetime(*month, 1, tzinfo=zone).astimezone(UTC) for month in months]
    with reading(node):
        connection = connections[current_database.get()]
        first, last = (connection.ops.adapt_datetimefield_value(begins[at]) for at in (0, MONTHS))
        with connection.cursor() as cursor:
            cursor.execute(_STATEMENT, [desk.participant, desk.node, desk.desk, INCIDENT, first, last])
            rows = cursor.fetchall()
    cases = tuple(_dealt(begins[:MONTHS], [row for row in rows if not row[0]]))
    return Year(year, cases, len(rows) - len(cases))


def _dealt(begins: Sequence[datetime], rows: Sequence[Sequence[Any]]) -> Iterator[Dealt]:
    """Each row as it counts. SQLite keeps no zone, PostgreSQL prints that of the session; both are UTC."""
    instant = datetime.fromisoformat
    if rows and instant(rows[0][6]).tzinfo is None:
        begins = [each.replace(tzinfo=None) for each in begins]
    for _, ours, kind, severity, others, outcome, opened, acknowledged, closed in rows:
        began = instant(opened)
        heard = max(0.0, (instant(acknowledged) - began).total_seconds()) if acknowledged else None
        ended = max(0.0, (instant(closed) - began).total_seconds()) if closed else None
        month = bisect_right(begins, began)
        yield Dealt(month, bool(ours), kind, severity, tuple(others.split()), outcome, heard, ended)


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
