"""Which agreed texts are there, how does each stand on a day, and what can a request to another State rest on?

    instruments/               ?on=2026-11-26       every text, those the register carries first
    instruments/budapest-2001/ ?on=2026-11-26       clauses, source, who is bound
    instruments/between        ?with=XD&on=…        which texts bind both sides, article by article

A code of conduct is no text a request can rest on: it has pages of its own (`pages/conduct`).

Invariants: a day that cannot be read is refused and today's shown; every sentence about a text is a paraphrase, and the
page says whether anybody compared it with the official one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from liaison.errors import UsageError
from liaison.instruments.texts import Clause
from liaison.node.reads.instruments.status import BasisShown, basis_between, instrument_status, list_instruments
from liaison.node.reads.register import directory
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.forms import Problem
from liaison.web.names import DeskNames
from liaison.web.requests import at_desk, path_to
from liaison.web.site import here
from liaison.web.words import explained

YEARS = range(1900, 2200)


@dataclass(frozen=True, slots=True)
class BasisView:
    """One text between two sides, with its clauses in words."""

    shown: BasisShown
    clauses: tuple[Clause, ...]
    excluded: tuple[tuple[Clause, str], ...]
    demands: tuple[tuple[str, str], ...]


@require_GET
@at_desk(Action.READ_METADATA)
def listing(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Every text on a day."""
    on, problems = _day(request)
    rows = [each for each in list_instruments(here(), seat.register, on=on) if not each.conduct]
    given = {"rows": rows, "on": on, "problems": problems}
    return render(request, "web/instruments/list.html", given, status=400 if problems else 200)


@require_GET
@at_desk(Action.READ_METADATA)
def one(request: HttpRequest, seat: Seat, instrument: str) -> HttpResponse:
    """One text on a day."""
    on, problems = _day(request)
    try:
        found = instrument_status(here(), seat.register, instrument, on=on)
    except UsageError as error:
        raise Http404 from error
    if found.conduct:
        return HttpResponseRedirect(path_to(seat, f"conduct/texts/{instrument}/"))
    given = {"each": found, "clauses": dict(found.text.clauses) if found.text else {}, "on": on, "problems": problems}
    return render(request, "web/instruments/one.html", given, status=400 if problems else 200)


@require_GET
@at_desk(Action.READ_METADATA)
def between(request: HttpRequest, seat: Seat) -> HttpResponse:
    """What a request of this participant to another can rest on, on a day."""
    on, problems = _day(request)
    names, other = DeskNames(here()), request.GET.get("with", "").strip()[:64]
    rows: list[BasisView] = []
    if other:
        try:
            found = basis_between(here(), seat.register, ours=seat.desk.participant, theirs=other, on=on)
            rows = [_view(seat, names, each) for each in found.found]
        except UsageError as error:
            problems = (*problems, Problem("with", explained(error).what))
    given = {
        "on": on,
        "other": other,
        "others": sorted(_others(seat, names), key=lambda each: each[1]),
        "rows": rows,
        "problems": problems,
    }
    return render(request, "web/instruments/between.html", given, status=400 if problems else 200)


def _others(seat: Seat, names: DeskNames) -> Iterator[tuple[str, str]]:
    known = directory(here(), seat.register)
    for participant in {each.participant for each in known.desks() if each.participant}:
        if participant != seat.desk.participant:
            yield participant, names.participant(seat.register, participant)


def _view(seat: Seat, names: DeskNames, shown: BasisShown) -> BasisView:
    basis, text = shown.basis, shown.text

    def side(who: str) -> str:
        return names.participant(seat.register, who) if who else ""

    return BasisView(
        shown,
        tuple(text.clauses[name] for name in basis.clauses),
        tuple((text.clauses[gone.clause], side(gone.by)) for gone in basis.excluded),
        tuple(dict.fromkeys((wanted.code, side(wanted.by)) for wanted in basis.demands)),
    )


def _day(request: HttpRequest) -> tuple[date, tuple[Problem, ...]]:
    """The day that is asked for, today in the officer's zone by default, and what is wrong with it."""
    today: Any = timezone.localtime(here().clock.now()).date()
    text = request.GET.get("on", "").strip()
    if not text:
        return today, ()
    try:
        on = date.fromisoformat(text)
    except ValueError:
        return today, (Problem("on", gettext("Type a day as 2026-12-31.")),)
    return (on, ()) if on.year in YEARS else (today, (Problem("on", gettext("Type a day as 2026-12-31.")),))


ROUTES = [
    path("instruments/", listing, name="instruments"),
    path("instruments/between", between, name="instruments-between"),
    path("instruments/<slug:instrument>/", one, name="instrument"),
]
