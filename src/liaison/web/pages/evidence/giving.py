"""To whom is this evidence handed over, and under which conditions?

    evidence/9f86…/hand-over       who, the conditions and how it is sent; then all of it once more; then it goes

Invariants: what this desk was given goes on under the conditions that bind it, which stand there to be read and cannot
be changed; the last look shows the conditions as the other side reads them before it opens anything; what was typed is
kept whatever is wrong with it, also while it waits for a second person.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_http_methods

from liaison.cooperation.evidence.conditions import UseConditions, conditions_of
from liaison.errors import LiaisonError
from liaison.node.reads.cooperation.evidence import EvidenceRead
from liaison.node.reads.recipients import find_recipient
from liaison.node.services.evidence.arriving import HAND_OVER
from liaison.node.services.evidence.giving import HandOver, check_hand_over, hand_over
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.forms import Problem, Reading, Typed, read_form, show_form, typed_of
from liaison.web.names import DeskNames
from liaison.web.pages.cases.naming import case_path
from liaison.web.pages.evidence.finding import (
    around,
    find_item,
    hidden,
    kept,
    one,
    part_of,
    parties_of,
    returned,
    waits_for,
)
from liaison.web.requests import at_desk, officer_id, path_to
from liaison.web.said import after_post
from liaison.web.site import here
from liaison.web.words import explained

CONDITIONS = ("purpose", "proceedings", "onward", "confidentiality", "ending", "ends_by", "other")
LABELS = ("red", "amber-strict", "amber", "green", "clear")
URGENCIES = ("routine", "urgent", "emergency")
PLACES = {"evidence-ending": "field-ends_by", "host-would-read": "host_may_read"}
"""At which input a refusal stands; all others at the recipient."""


@require_http_methods(["GET", "POST"])
@at_desk(Action.WRITE)
def page(request: HttpRequest, seat: Seat, evidence: str) -> HttpResponse:
    """Who gets it and how, and once more before it goes."""
    item, _ = find_item(request, seat, evidence)
    if request.method != "POST":
        return _form(request, seat, item, returned(request, seat, HAND_OVER) or {"to": parties_of(seat, item)[:1]})
    typed = typed_of(request.POST)
    if one(typed, "go") == "change":
        return _form(request, seat, item, typed)
    read = _read(request, seat, item, typed)
    if read.problems:
        return _form(request, seat, item, typed, read.problems)
    try:
        wish = _wish(seat, item, typed, read)
        conditions = check_hand_over(here(), seat, item.evidence, wish)
        if one(typed, "go") != "send":
            return _check(request, seat, item, typed, wish=wish, conditions=conditions)
        stays = kept(typed, evidence=item.evidence)
        gone = hand_over(here(), seat, item.evidence, wish, by=officer_id(request), typed=stays)
    except LiaisonError as error:
        problem = Problem(PLACES.get(error.code, "to"), explained(error).what)
        return _form(request, seat, item, typed, (problem,), host=error.code == "host-would-read")
    return after_post(case_path(seat, item.case), "handed-in" if gone.request else "sent")


def _read(request: HttpRequest, seat: Seat, item: EvidenceRead, typed: Typed, *, complete: bool = True) -> Reading:
    names = CONDITIONS if item.conditions is None else ()
    return read_form(part_of(HAND_OVER, names), typed, around(request, seat), complete=complete)


def _wish(seat: Seat, item: EvidenceRead, typed: Typed, read: Reading) -> HandOver:
    """What was typed, as the service takes it. Raises UsageError, MalformedError."""
    label, urgency = one(typed, "tlp"), one(typed, "urgency")
    said: dict[str, Any] = {
        "tlp": label if label in LABELS else "amber",
        "urgency": urgency if urgency in URGENCIES else "routine",
    }
    return HandOver(
        to=find_recipient(here(), seat.register, one(typed, "to")),
        conditions=conditions_of(read.values) if item.conditions is None else None,
        host_may_read=one(typed, "host_may_read") == "on",
        **said,
    )


def _form(
    request: HttpRequest,
    seat: Seat,
    item: EvidenceRead,
    typed: Typed,
    problems: tuple[Problem, ...] = (),
    *,
    host: bool = False,
) -> HttpResponse:
    read = _read(request, seat, item, typed, complete=False)
    shown = replace(read, problems=problems or read.problems)
    names = CONDITIONS if item.conditions is None else ()
    given = {
        "each": item,
        "form_view": show_form(part_of(HAND_OVER, names), shown, around(request, seat)),
        "typed": {name: one(typed, name) for name in ("to", "tlp", "urgency", "host_may_read")},
        "host": host or one(typed, "host_may_read") == "on",
        "parties": parties_of(seat, item),
        "labels": LABELS,
        "urgencies": URGENCIES,
        "problems": problems,
        "here": path_to(seat, f"evidence/{item.evidence}/"),
    }
    return render(request, "web/evidence/hand_over.html", given, status=400 if problems else 200)


def _check(
    request: HttpRequest, seat: Seat, item: EvidenceRead, typed: Typed, *, wish: HandOver, conditions: UseConditions
) -> HttpResponse:
    given = {
        "each": item,
        "to": DeskNames(here()).of(seat.register, wish.to),
        "wish": wish,
        "conditions": conditions,
        "inputs": hidden(typed),
        "waits": waits_for(seat, HAND_OVER, wish.urgency),
        "here": path_to(seat, f"evidence/{item.evidence}/"),
    }
    return render(request, "web/evidence/hand_over_check.html", given)


ROUTES = [path("evidence/<slug:evidence>/hand-over", page, name="evidence-hand-over")]
