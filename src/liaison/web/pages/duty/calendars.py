"""How does the rota get into another program's calendar, and back? Addresses to fetch from, and a file to bring in.

    duty/calendars            addresses of one's own, a form for one more, a form to bring a calendar in
    duty/calendars/make       (POST) the address, shown this once      duty/calendars/7/end   (POST)
    duty/calendars/take       (POST) a file of iCalendar
    /duty/<token>.ics         what a program fetches, without signing in

Invariants: an address is shown on the answer to the press that made it and never again; fetching changes nothing.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from liaison.duty.calendars import LIMIT
from liaison.errors import LiaisonError, UsageError
from liaison.node.reads.duty.rotas import people, rota_of
from liaison.node.services.duty.calendars import Taking, end_feed, feeds, make_feed, read_feed, take_calendar
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.forms import Problem
from liaison.web.pages.duty.naming import problem_of, typed_of
from liaison.web.pages.requests.naming import date_words
from liaison.web.requests import at_desk, officer_id, path_to
from liaison.web.said import after_post
from liaison.web.site import here

LISTED = 20


@at_desk(Action.ACKNOWLEDGE)
def calendars(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The addresses, and the form to bring a calendar in."""
    return _page(request, seat, {})


def _page(request: HttpRequest, seat: Seat, given: dict[str, Any], *, status: int = 200) -> HttpResponse:
    place, sets = (here(), seat.register, seat.desk), seat.may(Action.SET_RULES)
    shown = {
        "feeds": feeds(here(), seat, officer=officer_id(request)),
        "layers": [each.name for each in rota_of(*place).layers],
        "people": [(str(each.id), each.name) for each in people(*place).values()] if sets else [],
        "me": str(officer_id(request)),
        "typed": {},
        "may_set": sets,
    }
    return render(request, "web/duty/calendars.html", shown | given, status=status)


@require_POST
@at_desk(Action.ACKNOWLEDGE)
def make(request: HttpRequest, seat: Seat) -> HttpResponse:
    """One more address, shown once."""
    whole = request.POST.get("whole") == "on"
    token = make_feed(here(), seat, whole_desk=whole, by=officer_id(request))
    return _page(request, seat, {"address": request.build_absolute_uri(f"/duty/{token}.ics")})


@require_POST
@at_desk(Action.ACKNOWLEDGE)
def end(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """End an address."""
    end_feed(here(), seat, number, by=officer_id(request))
    return after_post(path_to(seat, "duty/calendars"), "feed-ended")


@require_POST
@at_desk(Action.ACKNOWLEDGE)
def take(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Bring a calendar in, and say what was left out and why."""
    file, typed = request.FILES.get("file"), typed_of(request)
    if file is None:
        problems = (Problem("file", gettext("Choose a file.")),)
        return _page(request, seat, {"typed": typed, "problems": problems}, status=400)
    officer = typed.get("officer", "") if seat.may(Action.SET_RULES) else str(officer_id(request))
    taking = Taking(typed.get("what", ""), "" if typed.get("what") == "holidays" else officer, typed.get("layer", ""))
    try:
        done = take_calendar(here(), seat, file.read(LIMIT + 1), taking, by=officer_id(request))
    except LiaisonError as error:
        given = {"typed": typed, "problems": (problem_of(error, "file"),)}
        return _page(request, seat, given, status=400)
    return _page(request, seat, {"done": done, "left_out": done.left_out[:LISTED], "typed": typed})


@require_GET
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar behind a token. Raises Http404 for one that is none."""
    try:
        data = read_feed(here(), token, words=date_words)
    except UsageError as error:
        raise Http404 from error
    return HttpResponse(data, content_type="text/calendar; charset=utf-8")


ROUTES = [
    path("duty/calendars", calendars, name="duty-calendars"),
    path("duty/calendars/make", make, name="duty-feed-make"),
    path("duty/calendars/<int:number>/end", end, name="duty-feed-end"),
    path("duty/calendars/take", take, name="duty-calendar-take"),
]
OUTSIDE = [path("duty/<str:token>.ics", feed, name="duty-feed")]
