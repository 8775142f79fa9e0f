"""A request was made by telephone: how does that go on record, and until when is it to be confirmed in writing?

    requests/spoken            who, what, under which text, when and in a few sentences; then the same once more

Invariants: what was typed is kept whatever is wrong with it; the call note is sent by the press on the last look alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_http_methods

from liaison.cooperation.catalogue import load_catalogue
from liaison.errors import LiaisonError
from liaison.instruments.texts import Instrument, TextKind
from liaison.messages.parties import DeskRef
from liaison.node.reads.instruments.known import known_instruments
from liaison.node.reads.recipients import find_recipient
from liaison.node.services.cooperation.spoken import Spoken, note_spoken
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.forms import Problem
from liaison.web.forms.instants import find_zone, parse_local
from liaison.web.forms.languages import language_tag
from liaison.web.names import DeskNames
from liaison.web.requests import at_desk, officer_id, path_to
from liaison.web.said import after_post
from liaison.web.site import here
from liaison.web.words import explained

FIELDS = ("to", "form", "instrument", "at", "made", "called_back", "urgency", "exercise", "summary", "lang")
URGENCIES = ("routine", "urgent", "emergency")
_AT = {"request-call-time": "at", "request-unknown-type": "form"}
LONGEST = 4000


@require_http_methods(["GET", "POST"])
@at_desk(Action.WRITE)
def spoken(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Note a request that was made by telephone."""
    user: Any = request.user
    zone = find_zone(user.zone)
    if request.method != "POST":
        now = here().clock.now().astimezone(zone)
        begun = {"at": f"{now:%Y-%m-%dT%H:%M}", "made": "yes", "urgency": "urgent", "lang": language_tag(user.language)}
        return _page(request, {name: begun.get(name, "") for name in FIELDS}, zone.key)
    typed = {name: request.POST.get(name, "").strip() for name in FIELDS}
    to, at, problems = _read(seat, typed, zone.key)
    if problems or to is None or at is None:
        return _page(request, typed, zone.key, problems)
    if request.POST.get("go") == "change":
        return _page(request, typed, zone.key)
    if request.POST.get("go") != "send":
        given = {"typed": typed, "to": DeskNames(here()).of(seat.register, to), "at": at}
        return render(request, "web/requests/spoken_check.html", given)
    try:
        gone = note_spoken(here(), seat, _spoken(typed, to, at), by=officer_id(request))
    except LiaisonError as error:
        wrong = (Problem(_AT.get(error.code, "to"), explained(error).what),)
        return _page(request, typed, zone.key, wrong)
    return after_post(path_to(seat, "requests/"), "handed-in" if gone.request else "call-noted")


def _read(
    seat: Seat, typed: Mapping[str, str], zone: str
) -> tuple[DeskRef | None, datetime | None, tuple[Problem, ...]]:
    """To whom, when, and what is wrong."""
    wrong: list[Problem] = []
    to, at = None, None
    try:
        to = find_recipient(here(), seat.register, typed["to"])
    except LiaisonError as error:
        wrong.append(Problem("to", explained(error).what))
    if typed["form"] not in load_catalogue():
        wrong.append(Problem("form", gettext("Choose what was asked for.")))
    if typed["instrument"] not in _texts():
        wrong.append(Problem("instrument", gettext("Choose the text it rests on.")))
    try:
        at = parse_local(typed["at"], find_zone(zone))
    except LiaisonError as error:
        wrong.append(Problem("at", explained(error).what))
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


def _texts() -> Mapping[str, Instrument]:
    """The texts on which a request can rest."""
    return {name: text for name, text in known_instruments(here()).items() if text.kind is not TextKind.CONDUCT}


def _page(
    request: HttpRequest, typed: Mapping[str, str], zone: str, problems: tuple[Problem, ...] = ()
) -> HttpResponse:
    given = {
        "typed": typed,
        "problems": problems,
        "forms": list(load_catalogue()),
        "texts": [(name, pgettext(name, text.short)) for name, text in _texts().items()],
        "urgencies": URGENCIES,
        "zone": zone,
    }
    return render(request, "web/requests/spoken.html", given, status=400 if problems else 200)


ROUTES = [path("requests/spoken", spoken, name="request-spoken")]
