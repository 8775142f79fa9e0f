"""Who may read this case? Everybody at the desk whose role reads cases, or the officers it is closed to."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from liaison.errors import UsageError
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
from liaison.web.requests import at_desk, path_to
from liaison.web.said import after_post, said
from liaison.web.site import here


@at_desk(Action.READ_METADATA)
@require_GET
def show(request: HttpRequest, seat: Seat, case: str) -> HttpResponse:
    """Who is named; for those who are, and where nobody is, the form to change it."""
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
    }
    return render(request, "web/readers.html", given)


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
    return {int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 18}


def _path(seat: Seat, case: str) -> str:
    return path_to(seat, f"cases/{case}/readers")


ROUTES = [
    path("cases/<slug:case>/readers", show, name="readers"),
    path("cases/<slug:case>/readers/close", close, name="readers-close"),
    path("cases/<slug:case>/readers/open", reopen, name="readers-open"),
    path("cases/<slug:case>/readers/name", name, name="readers-name"),
]
