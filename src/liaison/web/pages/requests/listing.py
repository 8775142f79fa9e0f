"""Which requests does this desk have, what is due next, and who has to act? The dates also as a calendar.

    requests/                  ?side=ours|theirs, ?over=yes for those that are over too
    requests/dates             every date, the next first          requests/dates.ics      the same for a calendar
    requests/dates/make        (POST) an address from which a program fetches them, shown this once

Invariants: states, types and times only, so an auditor sees the list; what was said stays in the case.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from liaison.node.reads.cooperation.listing import (
    LISTED,
    Wanted,
    due_clocks,
    list_requests,
    request_calendar,
    spoken_requests,
    unseen_reminders,
)
from liaison.node.services.duty.calendars import REQUESTS, end_feed, feeds, make_feed
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.names import DeskNames
from liaison.web.pages.requests.naming import NOBODY, clock_view, date_words, others_of, request_path
from liaison.web.requests import at_desk, officer_id, path_to
from liaison.web.said import after_post
from liaison.web.site import here

SIDES = {"ours": True, "theirs": False}


@require_GET
@at_desk(Action.READ_METADATA)
def listing(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The requests of the desk, the one whose date comes first on top."""
    place = (here(), seat.register, seat.desk)
    side, over = request.GET.get("side", ""), request.GET.get("over") == "yes"
    found = list_requests(*place, Wanted(live=not over, ours=SIDES.get(side)))
    spoken = [each for each in spoken_requests(*place) if SIDES.get(side) in (None, each.ours)]
    dated = {each.case: each for each in due_clocks(*place) if not each.root}
    where = others_of(seat, DeskNames(here()), {each.case for each in found} | {each.case for each in spoken})
    unseen = {each.root for each in unseen_reminders(*place)}
    rows = [
        {
            "each": each,
            "path": request_path(seat, each.root),
            "there": where.get(each.case, NOBODY),
            "next": clock_view(seat, each.due, where.get(each.case, NOBODY)) if each.due else None,
            "unseen": each.root in unseen,
        }
        for each in found
    ]
    calls = [
        {
            "each": each,
            "there": where.get(each.case, NOBODY),
            "next": clock_view(seat, dated[each.case], where.get(each.case, NOBODY)),
        }
        for each in spoken
        if each.case in dated
    ]
    given = {
        "rows": rows,
        "calls": calls,
        "side": side if side in SIDES else "",
        "over": over,
        "more": len(found) == LISTED,
        "now": here().clock.now(),
        "may_write": seat.may(Action.WRITE),
    }
    return render(request, "web/requests/list.html", given)


@require_GET
@at_desk(Action.READ_METADATA)
def dates(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Every date that runs or was missed."""
    return _dates(request, seat)


def _dates(request: HttpRequest, seat: Seat, *, address: str = "") -> HttpResponse:
    found = due_clocks(here(), seat.register, seat.desk)
    where = others_of(seat, DeskNames(here()), {each.case for each in found})
    given = {
        "rows": [clock_view(seat, each, where.get(each.case, NOBODY)) for each in found],
        "now": here().clock.now(),
        "feeds": feeds(here(), seat, officer=officer_id(request), about=REQUESTS),
        "may_make": seat.may(Action.ACKNOWLEDGE),
        "address": address,
    }
    return render(request, "web/requests/dates.html", given)


@require_POST
@at_desk(Action.ACKNOWLEDGE)
def make_address(request: HttpRequest, seat: Seat) -> HttpResponse:
    """One more address that a calendar program fetches the dates from, shown once."""
    token = make_feed(here(), seat, whole_desk=True, by=officer_id(request), about=REQUESTS)
    return _dates(request, seat, address=request.build_absolute_uri(f"/duty/{token}.ics"))


@require_POST
@at_desk(Action.ACKNOWLEDGE)
def end_address(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """End an address."""
    end_feed(here(), seat, number, by=officer_id(request))
    return after_post(path_to(seat, "requests/dates"), "feed-ended")


@require_GET
@at_desk(Action.READ_METADATA)
def calendar(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The dates as iCalendar."""
    name = gettext("Dates of requests, %(desk)s") % {"desk": seat.desk.desk}
    data = request_calendar(here(), seat.register, seat.desk, name=name, words=date_words)
    response: Any = HttpResponse(data, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="requests.ics"'
    return response


ROUTES = [
    path("requests/", listing, name="requests"),
    path("requests/dates", dates, name="request-dates"),
    path("requests/dates.ics", calendar, name="request-dates-ics"),
    path("requests/dates/make", make_address, name="request-feed-make"),
    path("requests/dates/<int:number>/end", end_address, name="request-feed-end"),
]
