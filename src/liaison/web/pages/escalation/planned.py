"""When is work planned at this desk? Said, and ended, on the page of who is told.

    administration/planned-work          (POST) begins, ends
    administration/planned-work/end      (POST) number

Invariants: of the own desk alone; what was typed comes back with an error; times are of the officer's own zone.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from liaison.duty.checks.planned_work import make_work
from liaison.errors import LiaisonError
from liaison.node.services.checks.planned_work import end_work, plan_work
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.forms.instants import find_zone, parse_local
from liaison.web.pages.escalation.plans import HERE, page
from liaison.web.requests import at_desk, officer_id, path_to
from liaison.web.said import after_post
from liaison.web.site import here

DIGITS = 18


@require_POST
@at_desk(Action.SET_RULES)
def plan(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Say that work is planned."""
    user: Any = request.user
    zone, typed = find_zone(user.zone), [request.POST.get(name, "")[:40] for name in ("begins", "ends")]
    try:
        begins, ends = (parse_local(each, zone) for each in typed)
        plan_work(here(), seat, make_work(begins, ends, here().clock.now()), by=officer_id(request))
    except LiaisonError as error:
        return page(request, seat, error)
    return after_post(path_to(seat, HERE), "work-planned")


@require_POST
@at_desk(Action.SET_RULES)
def end(request: HttpRequest, seat: Seat) -> HttpResponse:
    """End it, or take it back."""
    number = request.POST.get("number", "")[:DIGITS]
    if number.isascii() and number.isdecimal():
        end_work(here(), seat, int(number), by=officer_id(request))
    return after_post(path_to(seat, HERE), "planned-work-ended")


ROUTES = [
    path("administration/planned-work", plan, name="planned-work"),
    path("administration/planned-work/end", end, name="planned-work-end"),
]
