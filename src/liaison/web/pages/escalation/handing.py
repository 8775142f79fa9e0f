"""How does an officer put a message off, hand it to a colleague, or call one in, from the page of its case?

    cases/0192f0c1-…/snooze      (POST) message, minutes
    cases/0192f0c1-…/hand        (POST) message, to
    cases/0192f0c1-…/call        (POST) message, whom

Invariants: of a case of the officer's own desk alone; nothing is said to the sender.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from liaison.node.services.escalation.handing import call_in, hand_on
from liaison.node.services.escalation.handing import snooze as put_off
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.pages.cases.naming import case_path
from liaison.web.requests import at_desk, officer_id
from liaison.web.said import after_post
from liaison.web.site import here

DIGITS = 18


@require_POST
@at_desk(Action.ACKNOWLEDGE)
def snooze(request: HttpRequest, seat: Seat, case: str) -> HttpResponse:
    """Have it, and be told again later."""
    message = request.POST.get("message", "")[:36]
    put_off(here(), seat, message, minutes=_number(request.POST.get("minutes")), by=officer_id(request))
    return after_post(case_path(seat, case), "snoozed")


@require_POST
@at_desk(Action.ACKNOWLEDGE)
def hand(request: HttpRequest, seat: Seat, case: str) -> HttpResponse:
    """Hand it to a colleague."""
    message = request.POST.get("message", "")[:36]
    hand_on(here(), seat, message, to=_number(request.POST.get("to")), by=officer_id(request))
    return after_post(case_path(seat, case), "handed-on")


@require_POST
@at_desk(Action.ACKNOWLEDGE)
def call(request: HttpRequest, seat: Seat, case: str) -> HttpResponse:
    """Have a colleague told as well."""
    message = request.POST.get("message", "")[:36]
    call_in(here(), seat, message, whom=_number(request.POST.get("whom")), by=officer_id(request))
    return after_post(case_path(seat, case), "called-in")


def _number(text: str | None) -> int:
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= DIGITS else 0


ROUTES = [
    path("cases/<slug:case>/snooze", snooze, name="snooze"),
    path("cases/<slug:case>/hand", hand, name="hand-on"),
    path("cases/<slug:case>/call-in", call, name="call-in"),
]
