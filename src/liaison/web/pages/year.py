"""How did our own year go? Incidents by type, severity, area and outcome, and how long things took; never a ranking.

Invariants: a desk sees its own cases only; exercises are left out and counted as left out; every drawing has its table.
"""

from __future__ import annotations

import datetime
import zoneinfo
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from babel.dates import get_month_names
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import get_language_bidi, gettext
from django.views.decorators.http import require_GET

from liaison.node.reads.desk.regions import areas_of
from liaison.node.reads.desk.year import Dealt, Spread, Year, read_year, spread, years
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.figures.charts import Chart, bars
from liaison.web.figures.tables import csv_answer
from liaison.web.forms.instants import find_zone
from liaison.web.requests import at_desk, path_to
from liaison.web.site import here
from liaison.web.words import babel_locale, code_word

HEAD = (
    "table", "value", "cases", "opened_by_us", "acknowledged", "acknowledged_median_s", "acknowledged_p90_s",
    "closed", "closed_median_s", "closed_p90_s",
)  # fmt: skip
FIRST_YEAR, LAST_YEAR = 2000, 2200


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table: what it counts, and how long it took."""

    code: str
    word: str
    cases: int
    ours: int
    acknowledged: Spread
    closed: Spread


@dataclass(frozen=True, slots=True)
class Table:
    """One table with its drawing."""

    name: str
    title: str
    head: str
    lines: tuple[Line, ...]
    chart: Chart


@require_GET
@at_desk(Action.READ_METADATA)
def page(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The year in tables and drawings."""
    year = _year(request, seat)
    given = {
        "year": year,
        "years": sorted({*years(here(), seat.desk), year.number}, reverse=True),
        "whole": _line("", "", year.cases),
        "tables": list(_tables(seat, year)),
        "export": f"{path_to(seat, 'year/export')}?year={year.number}",
    }
    return render(request, "web/year.html", given)


@require_GET
@at_desk(Action.READ_METADATA)
def export(request: HttpRequest, seat: Seat) -> HttpResponse:
    """All tables as one file."""
    year = _year(request, seat)
    rows = (_row(table.name, line) for table in _tables(seat, year) for line in table.lines)
    return csv_answer(f"year-{year.number}.csv", HEAD, rows)


def _year(request: HttpRequest, seat: Seat) -> Year:
    user: Any = request.user
    zone: zoneinfo.ZoneInfo = find_zone(user.zone)
    text = request.GET.get("year", "")[:4]
    now: datetime.datetime = here().clock.now()
    number = int(text) if text.isdecimal() else now.astimezone(zone).year
    return read_year(here(), seat.desk, min(max(number, FIRST_YEAR), LAST_YEAR), zone)


def _tables(seat: Seat, year: Year) -> Iterator[Table]:
    months = get_month_names("wide", context="stand-alone", locale=babel_locale())
    by_month = [
        _line(f"{year.number}-{month:02d}", months[month], cases) for month, cases in enumerate(year.by_month(), 1)
    ]
    yield _table("month", gettext("Each month"), gettext("Month"), by_month)
    areas = _areas(seat, year)
    yield _grouped(year, "type", gettext("By type of incident"), lambda case: (case.incident_type,))
    yield _grouped(year, "severity", gettext("By severity, on the common scale"), _severity)
    yield _grouped(
        year,
        "area",
        gettext("By area of the other side, as its time zone in the register says"),
        lambda case: areas[case.others],
    )
    yield _grouped(year, "outcome", gettext("By outcome, as this desk closed them"), lambda case: (case.outcome,))


def _areas(seat: Seat, year: Year) -> dict[tuple[str, ...], tuple[str, ...]]:
    """The areas of the other side, once for each that a case was with."""
    met = {case.others for case in year.cases}
    areas = areas_of(here(), seat.register, {who for others in met for who in others})
    return {others: tuple(sorted({areas.get(who, "") for who in others})) for others in met}


LISTS = {"type": "incident-type", "severity": "severity-common", "area": "zone-area", "outcome": "outcome"}


def _severity(case: Dealt) -> tuple[str]:
    return ("" if case.severity is None else str(case.severity),)


def _grouped(year: Year, name: str, title: str, values: Callable[[Dealt], tuple[str, ...]]) -> Table:
    groups: defaultdict[str, list[Dealt]] = defaultdict(list)
    for case in year.cases:
        for value in values(case):
            groups[value].append(case)
    # Severity in its own order, all else by how often, and what was not said at the end.
    order = sorted(groups, key=lambda code: (not code, code if name == "severity" else -len(groups[code]), code))
    lines = [_line(code, code_word(LISTS[name], code) if code else _unsaid(name), groups[code]) for code in order]
    return _table(name, title, gettext("Value"), lines)


def _unsaid(name: str) -> str:
    return {"outcome": gettext("Not closed"), "area": gettext("Not said in the register")}.get(
        name, gettext("Not said")
    )


def _table(name: str, title: str, head: str, lines: Sequence[Line]) -> Table:
    points = [(line.word, line.cases) for line in lines]
    chart = bars(title, gettext("One bar a row of the table beside it."), points, mirrored=get_language_bidi())
    return Table(name, title, head, tuple(lines), chart)


def _line(code: str, word: str, cases: Collection[Dealt]) -> Line:
    heard, closed = spread([case.acknowledged for case in cases]), spread([case.closed for case in cases])
    return Line(code, word, len(cases), sum([case.ours for case in cases]), heard, closed)


def _row(table: str, line: Line) -> tuple[object, ...]:
    spreads = (line.acknowledged, line.closed)
    figures = [value for each in spreads for value in (each.count, each.median, each.p90)]
    return (table, line.code or "not-said", line.cases, line.ours, *figures)


ROUTES = [path("year/", page, name="year"), path("year/export", export, name="year-export")]
