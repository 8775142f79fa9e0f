"""A request was made by telephone: how does that go on record, and until when is it to be confirmed in writing?

    requests/spoken            who was on the line
    requests/spoken?to=XD      what, under which text, when and in a few sentences; then the same once more

Invariants: what was typed is kept whatever is wrong with it; the call note is sent by the press on the last look alone;
what is offered are the texts between both sides on the day of the call, those that bind nobody marked as a courtesy.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from liaison.cooperation.catalogue import load_catalogue
from liaison.errors import LiaisonError
from liaison.messages.parties import DeskRef
from liaison.node.reads.instruments.offered import OfferedText
from liaison.node.reads.recipients import find_recipient
from liaison.node.services.cooperation.spoken import Spoken, note_spoken
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.forms import Problem
from liaison.web.forms.instants import find_zone, parse_local
from liaison.web.forms.languages import language_tag
from liaison.web.names import DeskNames
from liaison.web.pages.requests.basis import text_choices, text_label, texts_on
from liaison.web.requests import at_desk, officer_id, path_to
from liaison.web.said import after_post
from liaison.web.site import here
from liaison.web.words import explained

FIELDS = ("to", "form", "instrument", "at", "made", "called_back", "urgency", "exercise", "summary", "lang")
URGENCIES = ("routine", "urgent", "emergency")
_AT = {"request-call-time": "at", "request-unknown-type": "form", "request-call-text": "instrument"}
LONGEST = 4000


@require_http_methods(["GET", "POST"])
@at_desk(Action.WRITE)
def spoken(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Note a request that was made by telephone."""
    user: Any = request.user
    zone = find_zone(user.zone)
    if request.method != "POST":
        return _begun(request, seat, zone.key)
    typed = {name: request.POST.get(name, "").strip() for name in FIELDS}
    to, at, problems = _read(seat, typed, zone.key)
    if problems or to is None or at is None or request.POST.get("go") == "change":
        return _page(request, seat, typed, zone.key, problems, between=(to, at))
    if request.POST.get("go") != "send":
        (text,) = [text_label(each) for each in _texts(seat, to, at) if each.text.id == typed["instrument"]]
        given = {"typed": typed, "to": DeskNames(here()).of(seat.register, to), "at": at, "text": text}
        return render(request, "web/requests/spoken_check.html", given)
    try:
        gone = note_spoken(here(), seat, _spoken(typed, to, at), by=officer_id(request))
    except LiaisonError as error:
        wrong = (Problem(_AT.get(error.code, "to"), explained(error).what),)
        return _page(request, seat, typed, zone.key, wrong, between=(to, at))
    return after_post(path_to(seat, "requests/"), "handed-in" if gone.request else "call-noted")


def _begun(request: HttpRequest, seat: Seat, zone: str) -> HttpResponse:
    """The first question, and once it is answered the others."""
    user: Any = request.user
    now = here().clock.now()
    begun = {
        "to": request.GET.get("to", "").strip()[:200],
        "at": f"{now.astimezone(find_zone(zone)):%Y-%m-%dT%H:%M}",
        "made": "no" if request.GET.get("made") == "no" else "yes",
        "urgency": "urgent",
        "lang": language_tag(user.language),
    }
    typed = {name: begun.get(name, "") for name in FIELDS}
    to, problems = _find(seat, typed["to"]) if typed["to"] else (None, ())
    if to is None:
        given = {"typed": typed, "problems": problems}
        return render(request, "web/requests/spoken_who.html", given, status=400 if problems else 200)
    return _page(request, seat, typed, zone, between=(to, now))


def _find(seat: Seat, named: str) -> tuple[DeskRef | None, tuple[Problem, ...]]:
    """The desk that was on the line."""
    try:
        return find_recipient(here(), seat.register, named), ()
    except LiaisonError as error:
        return None, (Problem("to", explained(error).what),)


def _read(
    seat: Seat, typed: Mapping[str, str], zone: str
) -> tuple[DeskRef | None, datetime | None, tuple[Problem, ...]]:
    """To whom, when, and what is wrong."""
    to, found = _find(seat, typed["to"])
    wrong, at = list(found), None
    if typed["form"] not in load_catalogue():
        wrong.append(Problem("form", gettext("Choose what was asked for.")))
    try:
        at = parse_local(typed["at"], find_zone(zone))
    except LiaisonError as error:
        wrong.append(Problem("at", explained(error).what))
    if typed["instrument"] not in {each.text.id for each in _texts(seat, to, at)}:
        wrong.append(Problem("instrument", gettext("Choose the text it rests on.")))
    if not 0 < len(typed["summary"]) <= LONGEST:
        wrong.append(Problem("summary", gettext("Say in a few sentences what was asked.")))
    return to, at, tuple(wrong)


def _spoken(typed: Mapping[str, str], to: DeskRef, at: datetime) -> Spoken:
    urgency: Any = typed["urgency"] if typed["urgency"] in URGENCIES else "urgent"
    return Spoken(
        to=(to,),
        form=typed["form"],
        instrument=typed["instrument"],
        at=at,
        summary=typed["summary"].replace("\r\n", "\n"),
        language=typed["lang"] or "en",
        made=typed["made"] != "no",
        called_back=typed["called_back"] == "on",
        urgency=urgency,
        exercise=typed["exercise"] == "on",
    )


def _texts(seat: Seat, to: DeskRef | None, at: datetime | None) -> tuple[OfferedText, ...]:
    """The texts on which a request between the two can rest on the day of the call."""
    theirs = frozenset({to.participant} if to is not None else ()) - {seat.desk.participant}
    return texts_on(seat, "", theirs, (at or here().clock.now()).date())


def _page(
    request: HttpRequest,
    seat: Seat,
    typed: Mapping[str, str],
    zone: str,
    problems: tuple[Problem, ...] = (),
    *,
    between: tuple[DeskRef | None, datetime | None],
) -> HttpResponse:
    given = {
        "typed": typed,
        "problems": problems,
        "forms": list(load_catalogue()),
        "texts": text_choices(_texts(seat, *between)),
        "urgencies": URGENCIES,
        "zone": zone,
    }
    return render(request, "web/requests/spoken.html", given, status=400 if problems else 200)


ROUTES = [path("requests/spoken", spoken, name="request-spoken")]
