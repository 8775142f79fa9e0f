"""Which requests does this desk have, what is due next, and who has to act? The dates also as a calendar.

    requests/                  ?side=ours|theirs, ?over=yes for those that are over too
    requests/dates             every date, the next first          requests/dates.ics      the same for a calendar

Invariants: states, types and times only, so an auditor sees the list; what was said stays in the case.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from liaison.node.reads.cooperation.listing import (
    LISTED,
    ClockRead,
    Wanted,
    due_clocks,
    list_requests,
    request_calendar,
    spoken_requests,
    unseen_reminders,
)
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.names import DeskNames
from liaison.web.pages.requests.naming import NOBODY, clock_view, others_of, request_path
from liaison.web.requests import at_desk
from liaison.web.site import here
from liaison.web.words import code_word

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
    found = due_clocks(here(), seat.register, seat.desk)
    where = others_of(seat, DeskNames(here()), {each.case for each in found})
    rows = [clock_view(seat, each, where.get(each.case, NOBODY)) for each in found]
    return render(request, "web/requests/dates.html", {"rows": rows, "now": here().clock.now()})


@require_GET
@at_desk(Action.READ_METADATA)
def calendar(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The dates as iCalendar."""
    name = gettext("Dates of requests, %(desk)s") % {"desk": seat.desk.desk}
    data = request_calendar(here(), seat.register, seat.desk, name=name, words=_words)
    response: Any = HttpResponse(data, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="requests.ics"'
    return response


def _words(each: ClockRead) -> str:
    """What an entry of a calendar says: the date, never which request or whose."""
    return code_word("request-clock", each.clock.id)


ROUTES = [
    path("requests/", listing, name="requests"),
    path("requests/dates", dates, name="request-dates"),
    path("requests/dates.ics", calendar, name="request-dates-ics"),
]
