"""How does a participant adopt or decline a code of conduct? By a form that knows what the code is open to.

    conduct/texts/manrs-operators/stand      a good one is kept as a proposal (`pages/instruments/stands` lists them)

Invariants: only acts that the text is open to for this type of participant are offered; what was typed stands again in
the form when something is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from liaison.errors import LiaisonError
from liaison.node.reads.instruments.proposed import StandsOf, declared_stands
from liaison.node.reads.instruments.status import InstrumentStatus
from liaison.node.services.instruments.declaring import make_stand, propose_stand
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.register.vocabulary import Act, ParticipantType
from liaison.web.entrance.reauthentication import recently_signed_in
from liaison.web.forms import Problem
from liaison.web.forms.languages import language_tag
from liaison.web.forms.typed import MARKS
from liaison.web.pages.conduct.texts import find_code, own_standing, today
from liaison.web.requests import at_desk, officer_id, path_to
from liaison.web.said import after_post
from liaison.web.site import here
from liaison.web.words import explained

FIELDS = ("act", "on", "said", "lang", "evidence", "networks")
_LINK = re.compile(r"https?://[!-~]{1,290}")
_NUMBER = re.compile(r"(?:AS)?([0-9]{1,10})", re.IGNORECASE)
_BETWEEN = re.compile(rf"[\s{MARKS}]+")
_MOST_WORDS, _MOST_NETWORKS, _LARGEST = 1000, 1024, 2**32 - 2


@dataclass(frozen=True, slots=True)
class _Place:
    """The text of the form, who fills it in for whom, and what can be declared."""

    seat: Seat
    text: InstrumentStatus
    who: StandsOf
    acts: tuple[Act, ...]


@recently_signed_in
@require_http_methods(["GET", "POST"])
@at_desk(Action.PUBLISH)
def stand(request: HttpRequest, seat: Seat, instrument: str) -> HttpResponse:
    """The form; a good one becomes an open proposal."""
    place, user = _place(seat, instrument), request.user
    if request.method != "POST":
        language: Any = getattr(user, "language", "")
        begun = {"on": today().isoformat(), "lang": language_tag(language or "en")}
        begun["networks"] = ", ".join(f"AS{number}" for number in place.who.claimed)
        return _page(request, place, {name: begun.get(name, "") for name in FIELDS}, ())
    typed = {name: request.POST.get(name, "").strip() for name in FIELDS}
    clauses = tuple(sorted(set(request.POST.getlist("clause"))))
    values, problems = _read(place, typed, clauses)
    if not problems:
        try:
            made = make_stand(values)
            propose_stand(here(), seat.register, seat.desk, made, officer=officer_id(request))
        except LiaisonError as error:
            problems = (Problem("act", explained(error).what),)
    if problems:
        return _page(request, place, typed, clauses, problems)
    return after_post(path_to(seat, "instruments/stands"), "stand-proposed")


def _place(seat: Seat, instrument: str) -> _Place:
    """Raises Http404 where there is nothing this participant could declare."""
    text = find_code(seat, instrument)
    who = declared_stands(here(), seat.register, seat.desk.participant)
    acts = text.open_to(who.type) if who is not None else ()
    if who is None or not acts:
        raise Http404
    return _Place(seat, text, who, acts)


def _read(
    place: _Place, typed: Mapping[str, str], clauses: tuple[str, ...]
) -> tuple[dict[str, object], tuple[Problem, ...]]:
    """The stand that was typed as plain values, and what is wrong with it."""
    wrong: list[Problem] = []
    if typed["act"] not in {act.value for act in place.acts}:
        wrong.append(Problem("act", gettext("Choose what is declared.")))
    if not _is_day(typed["on"]):
        wrong.append(Problem("on", gettext("Type a day as 2026-12-31.")))
    if len(typed["said"]) > _MOST_WORDS:
        wrong.append(Problem("said", gettext("Say it in at most 1,000 characters.")))
    if typed["evidence"] and not _LINK.fullmatch(typed["evidence"]):
        wrong.append(Problem("evidence", gettext("Type an address that begins with https://.")))
    reserves = typed["act"] == Act.ADOPTION_WITH_RESERVATION.value
    if reserves and not clauses and not typed["said"]:
        wrong.append(Problem("said", gettext("Choose the norms that are reserved, or say in words what is.")))
    networks = _networks(place, typed, wrong)
    values: dict[str, object] = {
        "instrument": place.text.instrument,
        "act": typed["act"],
        "on": typed["on"],
        "clauses": list(clauses) if reserves else [],
        "about": None,
        "said": {"lang": typed["lang"] or "en", "text": typed["said"].replace("\r\n", "\n")} if typed["said"] else None,
        "evidence": typed["evidence"] or None,
        "replaces": None,
    }
    return values | ({"networks": networks} if networks else {}), tuple(wrong)


def _networks(place: _Place, typed: Mapping[str, str], wrong: list[Problem]) -> list[int]:
    """The AS numbers of an adoption by a provider; others name none."""
    adopts = typed["act"] in (Act.ADOPTION.value, Act.ADOPTION_WITH_RESERVATION.value)
    if place.who.type is not ParticipantType.PROVIDER or not adopts:
        return []
    found = set()
    for word in filter(None, _BETWEEN.split(typed["networks"])):
        number = _NUMBER.fullmatch(word)
        if number is None or not 1 <= int(number[1]) <= _LARGEST:
            wrong.append(Problem("networks", gettext("Type AS numbers with a comma between: AS64496, AS64497.")))
            return []
        found.add(int(number[1]))
    if not 1 <= len(found) <= _MOST_NETWORKS:
        wrong.append(Problem("networks", gettext("Name the networks you stand for, at most 1,024 of them.")))
    return sorted(found)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _page(
    request: HttpRequest,
    place: _Place,
    typed: Mapping[str, str],
    clauses: tuple[str, ...],
    problems: tuple[Problem, ...] = (),
) -> HttpResponse:
    given = {
        "each": place.text,
        "clauses": place.text.text.clauses if place.text.text is not None else {},
        "chosen": clauses,
        "acts": [act.value for act in place.acts],
        "own": own_standing(place.seat, place.text),
        "provider": place.who.type is ParticipantType.PROVIDER,
        "typed": typed,
        "problems": problems,
    }
    return render(request, "web/conduct/stand.html", given, status=400 if problems else 200)


ROUTES = [path("conduct/texts/<slug:instrument>/stand", stand, name="conduct-stand")]
