"""Which exercises does the desk control, does it play in one now, and is it called away from it?

exercises/         the list, and the exercise that this desk plays in
exercises/part     POST: the desk is called away by a real message, or takes part again
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from liaison.node.reads.duty.exercises import list_exercises, taking_part
from liaison.node.services.exercises.taking_part import call_away, come_back
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.names import DeskNames
from liaison.web.requests import at_desk, officer_id, path_to
from liaison.web.said import after_post
from liaison.web.site import here

STEPS = {"called-away": call_away, "back": come_back}


@require_GET
@at_desk(Action.READ_METADATA)
def page(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The list."""
    part = taking_part(here(), seat.register, seat.desk)
    given = {
        "exercises": list_exercises(here(), seat.register, seat.desk),
        "part": part,
        "control": DeskNames(here()).of(seat.register, part.control) if part else None,
        "writes": seat.may(Action.WRITE),
        "base": path_to(seat, "exercises/"),
    }
    return render(request, "web/exercises/list.html", given)


@require_POST
@at_desk(Action.WRITE)
def say(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Tell exercise control that the desk is out, or back."""
    step = STEPS.get(request.POST.get("event", ""))
    if step is None:
        raise Http404
    step(here(), seat, by=officer_id(request))
    return after_post(path_to(seat, "exercises/"), f"exercise-{request.POST['event']}")


ROUTES = [path("exercises/", page, name="exercises"), path("exercises/part", say, name="exercise-part")]
