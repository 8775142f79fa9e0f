"""What did this participant declare about agreed texts, and how does it declare something more? Two people say so.

    instruments/stands                        what was declared, and what is proposed, of treaties and codes alike
    instruments/budapest-2001/propose         what the participant did about this text; the same once more; kept
    instruments/manrs-operators/propose       to the form of codes (`pages/conduct/stands`)
    instruments/stands/3/approve              (POST) published in the register       …/3/withdraw   taken back

Invariants: nothing is published by whoever proposed it while somebody else at the desk may approve; what the rules of
the register would refuse is refused before it is kept; what was typed stands again where it is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from liaison.conduct.stands import StandState
from liaison.errors import LiaisonError
from liaison.node.reads.instruments.known import carried_instruments, known_instruments
from liaison.node.reads.instruments.proposed import declared_stands, open_proposals
from liaison.node.reads.instruments.status import InstrumentStatus, instrument_status, list_instruments
from liaison.node.reads.register import directory
from liaison.node.services.instruments.declaring import (
    approve_stand,
    make_stand,
    may_approve_stand,
    propose_stand,
    withdraw_stand,
)
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.register.bodies import StandDeclared
from liaison.web.entrance.reauthentication import recently_signed_in
from liaison.web.forms import Problem, Typed, typed_of
from liaison.web.forms.languages import language_tag
from liaison.web.names import DeskNames
from liaison.web.requests import at_desk, officer_id, path_to
from liaison.web.said import after_post
from liaison.web.site import here
from liaison.web.words import explained

OBJECTIONS = frozenset({"objection", "objection-to-entry", "objection-withdrawal"})
STILL = frozenset({StandState.STANDS, StandState.SUPERSEDED, StandState.WITHDRAWN})
"""Statements that another may take the place of."""


@require_GET
@at_desk(Action.READ_METADATA)
def listing(request: HttpRequest, seat: Seat) -> HttpResponse:
    """What was declared and what is proposed."""
    names, officer = DeskNames(here()), officer_id(request)
    proposals = [
        {
            "each": each,
            "own": each.by == officer,
            "said": _said(seat, names, each.stand),
            "may_approve": may_approve_stand(here(), seat.register, seat.desk, by=each.by, officer=officer),
        }
        for each in open_proposals(here(), seat.register, seat.desk)
    ]
    who = declared_stands(here(), seat.register, seat.desk.participant)
    declared = who.declared if who is not None else ()
    type_, on = (who.type if who is not None else None), here().clock.now().date()
    given = {
        "proposals": proposals,
        "declared": [{"each": each, "said": _said(seat, names, each.body)} for each in reversed(declared)],
        "open": [each for each in list_instruments(here(), seat.register, on=on) if each.open_to(type_)],
        "may_publish": seat.may(Action.PUBLISH),
    }
    return render(request, "web/instruments/stands.html", given)


def _said(seat: Seat, names: DeskNames, stand: StandDeclared) -> dict[str, Any]:
    """A stand in words."""
    about = stand.about or ""
    told = names.participant(seat.register, about) if len(about) > 2 else about
    known = known_instruments(here()).get(stand.instrument)
    title = known.en if known is not None else stand.instrument
    return {"stand": stand, "title": title, "known": known is not None, "about": told}


@recently_signed_in
@require_http_methods(["GET", "POST"])
@at_desk(Action.PUBLISH)
def propose(request: HttpRequest, seat: Seat, instrument: str) -> HttpResponse:
    """What the participant did; once more; kept as a proposal."""
    if instrument not in carried_instruments(here(), seat.register):
        raise Http404
    found = instrument_status(here(), seat.register, instrument, on=here().clock.now().date())
    if found.conduct:
        return HttpResponseRedirect(path_to(seat, f"conduct/texts/{instrument}/stand"))
    user: Any = request.user
    if request.method != "POST":
        today = here().clock.now().date().isoformat()
        return _form(request, seat, found, {"on": [today], "lang": [language_tag(user.language)]})
    typed = typed_of(request.POST)
    if _one(typed, "go") == "change":
        return _form(request, seat, found, typed)
    try:
        stand = make_stand(_values(found.instrument, typed))
        if _one(typed, "go") != "send":
            return _check(request, seat, found, typed, stand)
        propose_stand(here(), seat.register, seat.desk, stand, officer=officer_id(request))
    except LiaisonError as error:
        return _form(request, seat, found, typed, (_problem(error, typed),))
    return after_post(path_to(seat, "instruments/stands"), "stand-proposed")


def _problem(error: LiaisonError, typed: Typed) -> Problem:
    if not _one(typed, "act"):
        return Problem("act", gettext("Choose what was done."))
    told = explained(error)
    return Problem("act" if error.code.startswith("rule-") else "on", f"{told.what} {told.next}")


def _values(instrument: str, typed: Typed) -> dict[str, object]:
    said = _one(typed, "said")
    return {
        "instrument": instrument,
        "act": _one(typed, "act"),
        "on": _one(typed, "on"),
        "clauses": sorted({each for each in typed.get("clauses", ()) if each}),
        "about": (_one(typed, "about") or None) if _one(typed, "act") in OBJECTIONS else None,
        "said": {"lang": _one(typed, "lang"), "text": said} if said else None,
        "evidence": _one(typed, "evidence") or None,
        "replaces": _one(typed, "replaces") or None,
    }


def _one(typed: Typed, name: str) -> str:
    return next(iter(typed.get(name, ())), "").strip()


def _form(
    request: HttpRequest, seat: Seat, found: InstrumentStatus, typed: Typed, problems: tuple[Problem, ...] = ()
) -> HttpResponse:
    names = DeskNames(here())
    clauses = found.text.clauses if found.text is not None else {}
    published = found.published.clauses if found.published is not None else ()
    who = declared_stands(here(), seat.register, seat.desk.participant)
    given = {
        "each": found,
        "problems": problems,
        "acts": [act.value for act in found.open_to(who.type if who is not None else None)],
        "typed": {name: _one(typed, name) for name in ("act", "on", "about", "said", "lang", "evidence", "replaces")},
        "clauses": [(name, clauses.get(name), name in typed.get("clauses", ())) for name in published],
        "others": sorted(_others(seat, names), key=lambda each: each[1]),
        "earlier": [each for each in (who.about(found.instrument) if who is not None else ()) if each.state in STILL],
    }
    return render(request, "web/instruments/propose.html", given, status=400 if problems else 200)


def _others(seat: Seat, names: DeskNames) -> Iterator[tuple[str, str]]:
    known = directory(here(), seat.register)
    for participant in {each.participant for each in known.desks() if each.participant}:
        if participant != seat.desk.participant:
            yield participant, names.participant(seat.register, participant)


def _check(
    request: HttpRequest, seat: Seat, found: InstrumentStatus, typed: Typed, stand: StandDeclared
) -> HttpResponse:
    inputs = [(name, text) for name, texts in typed.items() if name != "go" for text in texts]
    given = {"each": found, "said": _said(seat, DeskNames(here()), stand), "inputs": inputs}
    return render(request, "web/instruments/propose_check.html", given)


@recently_signed_in
@require_POST
@at_desk(Action.PUBLISH)
def approve(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """Publish what somebody else proposed."""
    approve_stand(here(), seat.register, seat.desk, number, officer=officer_id(request))
    return after_post(path_to(seat, "instruments/stands"), "stand-declared")


@recently_signed_in
@require_POST
@at_desk(Action.PUBLISH)
def withdraw(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """Take a proposal back."""
    withdraw_stand(here(), seat.register, seat.desk, number, officer=officer_id(request))
    return after_post(path_to(seat, "instruments/stands"), "stand-withdrawn")


ROUTES = [
    path("instruments/stands", listing, name="stands"),
    path("instruments/stands/<int:number>/approve", approve, name="stand-approve"),
    path("instruments/stands/<int:number>/withdraw", withdraw, name="stand-withdraw"),
    path("instruments/<slug:instrument>/propose", propose, name="stand-propose"),
]
