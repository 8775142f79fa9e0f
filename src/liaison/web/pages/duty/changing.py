"""How is duty changed for a time: somebody else answers, somebody is away, two swap?

    duty/change            the changes to come, and forms for one more
    duty/change/7/drop     (POST) taken back
    duty/swap              (POST) ask a colleague            duty/swap/7     (POST) agree, decline, take back

Invariants: an officer changes what is their own; whoever makes the rota changes what is anybody's; a form that was not
understood comes back as it was typed.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from liaison.duty.rota import Layer, Override, Spell, Swap
from liaison.errors import LiaisonError, UsageError
from liaison.node.reads.duty.rotas import people, rota_of
from liaison.node.reads.duty.showing import spells, swappable
from liaison.node.services.duty.rotas import be_away, drop_spell, override
from liaison.node.services.duty.swapping import answer_swap, ask_swap
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.forms.instants import find_zone, parse_local
from liaison.web.pages.duty.naming import Naming, problem_of, typed_of
from liaison.web.requests import at_desk, officer_id, path_to
from liaison.web.said import after_post
from liaison.web.site import here
from liaison.wire.identifiers import format_instant


@require_http_methods(["GET", "POST"])
@at_desk(Action.READ_METADATA)
def change(request: HttpRequest, seat: Seat) -> HttpResponse:
    """What is changed, and the forms."""
    if request.method == "GET":
        return _page(request, seat, {})
    try:
        _keep(request, seat)
    except LiaisonError as error:
        given = {"typed": typed_of(request), "problems": (problem_of(error, "begins"),)}
        return _page(request, seat, given, status=400)
    return after_post(path_to(seat, "duty/change"), "duty-changed")


def _keep(request: HttpRequest, seat: Seat) -> None:
    user: Any = request.user
    zone, me = find_zone(user.zone), officer_id(request)
    begins, ends = (parse_local(request.POST.get(name, ""), zone) for name in ("begins", "ends"))
    officer = request.POST.get("officer", "") if seat.may(Action.SET_RULES) else str(me)
    if not officer.isdecimal():
        raise UsageError("duty-not-an-officer")
    spell = Spell(begins, ends, officer)
    if request.POST.get("what") == "away":
        be_away(here(), seat, spell, by=me)
    else:
        override(here(), seat, Override(request.POST.get("layer", ""), spell), by=me)


def _page(request: HttpRequest, seat: Seat, given: dict[str, Any], *, status: int = 200) -> HttpResponse:
    place, me = (here(), seat.register, seat.desk), officer_id(request)
    rows, free, known = spells(*place), swappable(*place), people(*place)
    named = Naming(
        officer_id(request), seat, {*known, *(each.officer for each in rows), *(spell.officer for _, spell in free)}
    )
    zone = timezone.get_current_timezone()
    now = here().clock.now().astimezone(zone).replace(second=0, microsecond=0, tzinfo=None)
    sets, answers = seat.may(Action.SET_RULES), seat.may(Action.ACKNOWLEDGE)
    shown = {
        "rows": [
            {"each": each, "name": named.of(each.officer), "may_drop": sets or (answers and each.officer == me)}
            for each in rows
        ],
        "layers": [each.name for each in rota_of(*place).layers],
        "people": [(str(each.id), each.name) for each in known.values()] if sets else [],
        "now": now.isoformat(timespec="minutes"),
        "zone": str(zone),
        "typed": {},
        "mine": [_option(layer, spell) for layer, spell in free if spell.officer == str(me)],
        "theirs": [
            _option(layer, spell) | {"name": named.of(spell.officer)}
            for layer, spell in free
            if spell.officer != str(me)
        ],
        "me": str(me),
        "may_answer": answers,
        "may_set": sets,
    }
    return render(request, "web/duty/change.html", shown | given, status=status)


def _option(layer: Layer, spell: Spell) -> dict[str, Any]:
    return {"key": f"{format_instant(_whole(spell.begins))} {layer.name}", "layer": layer.name, "spell": spell}


def _whole(at: datetime) -> datetime:
    return at.replace(microsecond=0)


@require_POST
@at_desk(Action.ACKNOWLEDGE)
def swap(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Ask a colleague to swap a shift."""
    me = str(officer_id(request))
    free = swappable(here(), seat.register, seat.desk)
    found = {(_option(layer, spell)["key"], spell.officer == me): (layer, spell) for layer, spell in free}
    mine, theirs = (found.get((request.POST.get(name, ""), own)) for name, own in (("mine", True), ("theirs", False)))
    try:
        if mine is None or theirs is None or mine[0].name != theirs[0].name:
            raise UsageError("duty-swap-not-theirs")
        ask_swap(here(), seat, Swap(mine[0].name, mine[1], theirs[1]), by=int(me))
    except UsageError as error:
        given = {"typed": typed_of(request), "problems": (problem_of(error, "mine"),)}
        return _page(request, seat, given, status=400)
    return after_post(path_to(seat, "duty/"), "swap-asked")


@require_POST
@at_desk(Action.ACKNOWLEDGE)
def answer(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """Agree to a swap, decline it, or take one's own back."""
    agrees = request.POST.get("what") == "agree"
    answer_swap(here(), seat, number, agrees=agrees, by=officer_id(request))
    return after_post(path_to(seat, "duty/"), "swap-agreed" if agrees else "swap-over")


@require_POST
@at_desk(Action.READ_METADATA)
def drop(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """Take a change back."""
    drop_spell(here(), seat, number, by=officer_id(request))
    return after_post(path_to(seat, "duty/change"), "duty-change-dropped")


ROUTES = [
    path("duty/change", change, name="duty-change"),
    path("duty/change/<int:number>/drop", drop, name="duty-change-drop"),
    path("duty/swap", swap, name="duty-swap"),
    path("duty/swap/<int:number>", answer, name="duty-swap-answer"),
]
