"""Which codes of conduct does the register carry, what does each norm ask, and who stands how to it?

    conduct/                                       the codes, those the register carries first, with our own stand
    conduct/texts/un-norms-2015/                   one code: its norms, who declared what
    conduct/texts/un-norms-2015/norms/norm-g/      one norm: what it asks, of whom, and what panels add
    conduct/participants/<id>/   ?year=2025        what one participant declared, and reported last or for a year

Invariants: participants are listed by name and never counted, ranked or compared; every sentence about a text is a
paraphrase, and the page says that the official text decides.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_GET

from liaison.errors import UsageError
from liaison.instruments.texts import Clause
from liaison.node.reads.instruments.proposed import declared_stands
from liaison.node.reads.instruments.status import (
    InstrumentStatus,
    PartyStanding,
    instrument_status,
    list_instruments,
)
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.pages.conduct.own.places import number_in
from liaison.web.pages.conduct.panels import Norm, norm_panels, participant_panels
from liaison.web.requests import at_desk
from liaison.web.site import here


@require_GET
@at_desk(Action.READ_METADATA)
def listing(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The codes that the register carries, and those this node knows besides."""
    codes = [each for each in list_instruments(here(), seat.register, on=today(), each=True) if each.conduct]
    rows = [(each, own_standing(seat, each)) for each in codes]
    given = {
        "carried": [row for row in rows if _carried(row[0])],
        "others": [row for row in rows if not _carried(row[0])],
    }
    return render(request, "web/conduct/list.html", given)


@require_GET
@at_desk(Action.READ_METADATA)
def one(request: HttpRequest, seat: Seat, instrument: str) -> HttpResponse:
    """One code."""
    found = find_code(seat, instrument)
    who = declared_stands(here(), seat.register, seat.desk.participant)
    given = {
        "each": found,
        "clauses": dict(found.text.clauses) if found.text else {},
        "own": own_standing(seat, found),
        "open": found.open_to(who.type if who is not None else None),
        "may_publish": seat.may(Action.PUBLISH),
    }
    return render(request, "web/conduct/text.html", given)


@require_GET
@at_desk(Action.READ_METADATA)
def norm(request: HttpRequest, seat: Seat, instrument: str, clause: str) -> HttpResponse:
    """One norm of a code."""
    found = find_code(seat, instrument)
    told: Clause | None = found.text.clauses.get(clause) if found.text is not None else None
    if found.text is None or told is None:
        raise Http404
    given = {
        "each": found,
        "clause": told,
        "addressed": found.text.addressees(clause),
        "own": own_standing(seat, found),
        "panels": norm_panels(seat, Norm(found, clause)),
    }
    return render(request, "web/conduct/norm.html", given)


@require_GET
@at_desk(Action.READ_METADATA)
def participant(request: HttpRequest, seat: Seat, participant: str) -> HttpResponse:
    """One participant of the register."""
    who = declared_stands(here(), seat.register, participant)
    if who is None:
        raise Http404
    panels = participant_panels(seat, who, number_in(request.GET.get("year", "")))
    given = {"who": who, "own": participant == seat.desk.participant, "panels": panels}
    return render(request, "web/conduct/participant.html", given)


def find_code(seat: Seat, instrument: str) -> InstrumentStatus:
    """A code of conduct as it stands today. Raises Http404 for what is none."""
    try:
        found = instrument_status(here(), seat.register, instrument, on=today())
    except UsageError as error:
        raise Http404 from error
    if not found.conduct:
        raise Http404
    return found


def own_standing(seat: Seat, found: InstrumentStatus) -> PartyStanding | None:
    """How the participant of the seat stands to a text, if it said anything."""
    own = (each for each in found.standings if each.standing.party == seat.desk.participant)
    return next(own, None)


def today() -> date:
    """The day it is for the officer."""
    on: Any = timezone.localtime(here().clock.now()).date()
    day: date = on
    return day


def _carried(found: InstrumentStatus) -> bool:
    return found.published is not None and not found.published.withdrawn


ROUTES = [
    path("conduct/", listing, name="conduct"),
    path("conduct/texts/<slug:instrument>/", one, name="conduct-text"),
    path("conduct/texts/<slug:instrument>/norms/<slug:clause>/", norm, name="conduct-norm"),
    path("conduct/participants/<slug:participant>/", participant, name="conduct-participant"),
]
