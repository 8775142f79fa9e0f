"""Who may read this case? Everybody at the desk whose role reads cases, or the officers it is closed to.

cases/019a…/readers                 who, and which auditors were given leave to read it
cases/019a…/readers/grant           (POST) leave for an auditor, for a time and a reason     …/grant/3/end   ended
"""

from __future__ import annotations

from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from liaison.errors import LiaisonError, UsageError
from liaison.node.services.people.audit_grants import auditors, end_grant, grant_audit, grants_of
from liaison.node.services.people.case_access import (
    close_case,
    is_there,
    name_after_leaving,
    named_officers,
    nobody_left,
    open_case,
    readers,
)
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.forms import Problem
from liaison.web.requests import at_desk, officer_id, path_to
from liaison.web.said import after_post, said
from liaison.web.site import here
from liaison.web.words import explained

GRANT_DAYS = (1, 7, 14, 30, 90)
_PLACES = {"audit-grant-auditor": "auditor", "audit-grant-time": "days"}


@at_desk(Action.READ_METADATA)
@require_GET
def show(request: HttpRequest, seat: Seat, case: str) -> HttpResponse:
    """Who is named; for those who are, and where nobody is, the form to change it."""
    return _page(request, seat, case)


def _page(request: HttpRequest, seat: Seat, case: str, problems: tuple[Problem, ...] = ()) -> HttpResponse:
    if not is_there(here(), seat, case):
        raise Http404
    named, own = named_officers(here(), seat, case), int(request.user.pk or 0)
    given = {
        "case": case,
        "readers": readers(here(), seat, case),
        "named": bool(named),
        "changes": seat.may(Action.READ_CASE) and (not named or own in named),
        "orphaned": seat.may(Action.MANAGE_PEOPLE) and nobody_left(here(), seat, case),
        "own": own,
        "said": said(request),
        "problems": problems,
        "now": here().clock.now(),
    }
    if seat.may(Action.CLEAR) or seat.may(Action.READ_AUDIT):
        given |= {"grants": grants_of(here(), seat, case), "sees_grants": True}
    if seat.may(Action.CLEAR) and (not named or own in named):
        given |= {"auditors": [each for each in auditors(here(), seat) if each[0] != own], "grants_leave": True}
        typed = {name: request.POST.get(name, "") for name in ("auditor", "days", "reason")}
        given |= {"days": GRANT_DAYS, "typed": typed}
    return render(request, "web/readers.html", given, status=400 if problems else 200)


@at_desk(Action.CLEAR)
@require_POST
def grant(request: HttpRequest, seat: Seat, case: str) -> HttpResponse:
    """Give an auditor leave to read the case."""
    if not is_there(here(), seat, case):
        raise Http404
    auditor, days = (_number(request.POST.get(name, "")) for name in ("auditor", "days"))
    until = here().clock.now() + timedelta(days=days if days in GRANT_DAYS else 0)
    reason = request.POST.get("reason", "")
    try:
        grant_audit(here(), seat, case, officer=auditor, reason=reason, until=until, by=officer_id(request))
    except LiaisonError as error:
        problem = Problem(_PLACES.get(error.code, "reason"), explained(error).what)
        return _page(request, seat, case, (problem,))
    return after_post(_path(seat, case), "audit-granted")


@at_desk(Action.CLEAR)
@require_POST
def end(request: HttpRequest, seat: Seat, case: str, number: int) -> HttpResponse:
    """End such leave before its time."""
    if number not in {each.number for each in grants_of(here(), seat, case)}:
        raise Http404
    end_grant(here(), seat, number, by=officer_id(request))
    return after_post(_path(seat, case), "audit-grant-ended")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


@at_desk(Action.READ_CASE)
@require_POST
def close(request: HttpRequest, seat: Seat, case: str) -> HttpResponse:
    """Close the case to the officers that are ticked."""
    close_case(here(), seat, case, officers=_ticked(request), by=int(request.user.pk or 0))
    return after_post(_path(seat, case), "case-closed")


@at_desk(Action.READ_CASE)
@require_POST
def reopen(request: HttpRequest, seat: Seat, case: str) -> HttpResponse:
    """Open the case again to everybody at the desk."""
    open_case(here(), seat, case, by=int(request.user.pk or 0))
    return after_post(_path(seat, case), "case-opened")


@at_desk(Action.MANAGE_PEOPLE)
@require_POST
def name(request: HttpRequest, seat: Seat, case: str) -> HttpResponse:
    """Name one officer where all who were named have left."""
    ticked = _ticked(request)
    if len(ticked) != 1:
        raise UsageError("case-reader-unknown")
    name_after_leaving(here(), seat, case, min(ticked), by=int(request.user.pk or 0))
    return after_post(_path(seat, case), "case-closed")


def _ticked(request: HttpRequest) -> set[int]:
    texts = request.POST.getlist("officer")
    return {number for text in texts if (number := _number(text))}


def _path(seat: Seat, case: str) -> str:
    return path_to(seat, f"cases/{case}/readers")


ROUTES = [
    path("cases/<slug:case>/readers", show, name="readers"),
    path("cases/<slug:case>/readers/close", close, name="readers-close"),
    path("cases/<slug:case>/readers/open", reopen, name="readers-open"),
    path("cases/<slug:case>/readers/name", name, name="readers-name"),
    path("cases/<slug:case>/readers/grant", grant, name="readers-grant"),
    path("cases/<slug:case>/readers/grant/<int:number>/end", end, name="readers-grant-end"),
]
