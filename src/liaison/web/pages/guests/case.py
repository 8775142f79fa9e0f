"""How does an officer open the guest page of a case by mail, and what do they see of it?

Invariants: it is opened only for a case with a desk reached by mail, by an officer who says how the other side asked
for it; the code is shown on the answer to the press that made it, and nowhere else.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from liaison.errors import LiaisonError
from liaison.messages.mail.guests import format_code
from liaison.node.reads.mail.guests import guest_page
from liaison.node.reads.mail.targets import is_mailbox
from liaison.node.services.mail.guests import HOURS, Asked, Asking, Told, close_guest_page, guest_host, open_guest_page
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.pages.cases.naming import case_path, reader_of
from liaison.web.pages.cases.thread import open_thread
from liaison.web.requests import at_desk, officer_id
from liaison.web.said import after_post
from liaison.web.site import here
from liaison.web.words import explained


@at_desk(Action.WRITE)
@require_GET
def show(request: HttpRequest, seat: Seat, case: str) -> HttpResponse:
    """How the page stands, and the form that opens one."""
    _own_case(request, seat, case)
    return _page(request, seat, case)


def _own_case(request: HttpRequest, seat: Seat, case: str) -> None:
    """Raises Http404 for a case that is not one of this desk's with a mailbox, or is closed to this officer."""
    thread = open_thread(request, seat, case)
    mine = seat.desk in thread.view.parties and any(is_mailbox(each) for each in thread.view.parties)
    if not mine or not reader_of(request, seat).may(case):
        raise Http404


def _page(request: HttpRequest, seat: Seat, case: str, problem: LiaisonError | None = None) -> HttpResponse:
    row = guest_page(here(), seat.register, seat.desk, case)
    given = {
        "case": case,
        "row": row,
        "is_open": row is not None and row.is_open(here().clock.now()),
        "host": _host(seat),
        "problem": explained(problem) if problem else None,
        "typed": request.POST,
        "asked": [each.value for each in Asked],
        "told": [each.value for each in Told],
        "hours": HOURS,
        "here": case_path(seat, case),
    }
    return render(request, "web/guests/page.html", given, status=400 if problem else 200)


def _host(seat: Seat) -> str:
    """The host name the page would have; empty where it can have none."""
    try:
        return guest_host(here(), seat.register, seat.desk)
    except LiaisonError:
        return ""


@at_desk(Action.WRITE)
@require_POST
def begin(request: HttpRequest, seat: Seat, case: str) -> HttpResponse:
    """Open the page, and show the code once."""
    _own_case(request, seat, case)
    typed, hours = request.POST, request.POST.get("hours", "")
    try:
        asking = Asking(
            asked=Asked(typed.get("asked", "")),
            told=Told(typed.get("told", "")),
            hours=int(hours) if hours in set(map(str, HOURS)) else 0,
        )
    except ValueError:
        raise Http404 from None
    try:
        opened = open_guest_page(here(), seat, case, asking, officer=officer_id(request))
    except LiaisonError as error:
        return _page(request, seat, case, error)
    given = {
        "opened": opened,
        "code": format_code(opened.code) if asking.told is Told.TELEPHONE else "",
        "here": case_path(seat, case),
    }
    return render(request, "web/guests/opened.html", given)


@at_desk(Action.WRITE)
@require_POST
def end(request: HttpRequest, seat: Seat, case: str) -> HttpResponse:
    """End the page."""
    _own_case(request, seat, case)
    close_guest_page(here(), seat, case, officer=officer_id(request))
    return after_post(case_path(seat, case, "guest"), "guest-ended")


ROUTES = [
    path("cases/<slug:case>/guest", show, name="case-guest"),
    path("cases/<slug:case>/guest/open", begin, name="case-guest-open"),
    path("cases/<slug:case>/guest/end", end, name="case-guest-end"),
]
