"""When does the desk come back to a case? Set and dropped on the case's page; a reminder is one click from there."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_POST

from liaison.errors import LiaisonError
from liaison.node.services.desk.following import FollowUpRead, drop_follow_up, set_follow_up
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.forms.instants import find_zone, parse_local
from liaison.web.pages.cases.naming import case_path, reader_of
from liaison.web.requests import at_desk, officer_id
from liaison.web.said import after_post
from liaison.web.site import here
from liaison.web.words import explained

MORNING = "08:00"


@require_POST
@at_desk(Action.WRITE)
def follow_up(request: HttpRequest, seat: Seat, case: str) -> HttpResponse:
    """Set the day on which the case comes back to the desk page, or drop it."""
    if not reader_of(request, seat).may(case):
        raise Http404
    if request.POST.get("what") == "drop":
        drop_follow_up(here(), seat.desk, case, officer=officer_id(request))
        return after_post(case_path(seat, case), "follow-up-dropped")
    user: Any = request.user
    day, note = request.POST.get("day", "").strip(), request.POST.get("note", "").strip()
    try:
        due = parse_local(f"{day} {MORNING}" if len(day) == len("2026-11-22") else day, find_zone(user.zone))
        set_follow_up(here(), seat.desk, case, FollowUpRead(due, note), officer=officer_id(request))
    except LiaisonError as error:
        given = {"said": explained(error), "day": day, "note": note, "here": case_path(seat, case)}
        return render(request, "web/cases/follow_up.html", given, status=400)
    return after_post(case_path(seat, case), "follow-up-set")


ROUTES = [path("cases/<slug:case>/follow-up", follow_up, name="follow-up")]
