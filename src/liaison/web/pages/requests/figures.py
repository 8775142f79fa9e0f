"""How did our own requests go in a year: of which type, with which outcome, on which grounds, how quickly?

    requests/figures                ?year=2026, ?side=theirs for those made to this desk
    requests/figures/export         the same as one file

Invariants: of the own desk alone, exercises left out, nothing compares States; small numbers are hidden by
`liaison.cooperation.figures`, and only whole years of the officer's zone are asked for, so that two answers taken from
each other give no small number away; the drawing shows what the table does.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import get_language_bidi, gettext
from django.views.decorators.http import require_GET

from liaison.cooperation.figures import LEAST, Row
from liaison.messages.forms import latest_form
from liaison.node.reads.cooperation.listing import own_figures
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.figures.charts import bars
from liaison.web.figures.tables import csv_answer
from liaison.web.forms.instants import find_zone
from liaison.web.requests import at_desk, path_to
from liaison.web.site import here
from liaison.web.words import code_word, form_word

FIRST_YEAR, LAST_YEAR, BACK = 2000, 2200, 5
HEAD = ("type", "what", "code", "requests", "median_days")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page is about: a year, and whose requests."""

    year: int
    ours: bool
    this_year: int
    rows: tuple[Row, ...]

    @property
    def query(self) -> str:
        """The same as a query."""
        return f"year={self.year}{'' if self.ours else '&side=theirs'}"


@require_GET
@at_desk(Action.READ_METADATA)
def page(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The figures as tables, and their sums as a drawing."""
    asked = _asked(request, seat)
    points = [(form_word(latest_form(row.form)), row.count) for row in asked.rows if row.count is not None]
    told = gettext("One bar a type whose number is shown; the tables below say the same.")
    given = {
        "asked": asked,
        "years": sorted({asked.year, *range(asked.this_year, asked.this_year - BACK, -1)}, reverse=True),
        "types": [(row, list(_lines(row))) for row in asked.rows],
        "chart": bars(gettext("Requests by type"), told, points, mirrored=get_language_bidi()) if points else None,
        "least": LEAST,
        "export": f"{path_to(seat, 'requests/figures/export')}?{asked.query}",
    }
    return render(request, "web/requests/figures.html", given)


@require_GET
@at_desk(Action.READ_METADATA)
def export(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The figures as one file; an empty number is one that is not shown."""
    asked = _asked(request, seat)
    rows: list[tuple[object, ...]] = []
    for row in asked.rows:
        rows.append((row.form, "all", "", row.count, row.median_days))
        rows += [(row.form, what, code, count, None) for what, code, _, count in _lines(row)]
    return csv_answer(f"requests-{asked.year}-{'ours' if asked.ours else 'theirs'}.csv", HEAD, rows)


def _asked(request: HttpRequest, seat: Seat) -> Asked:
    user: Any = request.user
    zone: zoneinfo.ZoneInfo = find_zone(user.zone)
    now: datetime = here().clock.now().astimezone(zone)
    text = request.GET.get("year", "")[:4]
    year = min(max(int(text) if text.isdecimal() else now.year, FIRST_YEAR), LAST_YEAR)
    ours = request.GET.get("side") != "theirs"
    since, until = (datetime(each, 1, 1, tzinfo=zone) for each in (year, year + 1))
    rows = own_figures(here(), seat.register, seat.desk, since=since, until=until, ours=ours)
    return Asked(year, ours, now.year, rows)


def _lines(row: Row) -> Iterator[tuple[str, str, str, int | None]]:
    """Outcomes, then grounds: what it is, its code, its words, its number."""
    for code, count in row.outcomes.items():
        yield "outcome", code, code_word("request-state", code), count
    for code, count in row.grounds.items():
        yield "ground", code, code_word("refusal-ground", code), count


ROUTES = [
    path("requests/figures", page, name="request-figures"),
    path("requests/figures/export", export, name="request-figures-export"),
]
