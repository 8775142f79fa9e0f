"""Who asks for this page, for which desk, and may they?

    @at_desk(Action.READ_CASE)
    def page(request, seat, …):        only for an officer with a role at that desk that allows reading

    /d/9ab01c2d3e4f.duty/…             the path names the desk: participant (its beginning) and desk

Invariants:
- Every page of a desk is found through `at_desk`; a desk where the officer has no role is not there (404).
- A role that does not allow the action is told so (403), and nothing of the page is made.
- What a page notes in the audit trail belongs to the participant of the desk.
- What a page lists or shows is asked for with the desk of the seat, never without.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from liaison.node.services.people.audit import acting_for
from liaison.node.services.people.officers import Seat, seats
from liaison.officers.permissions import Action, require
from liaison.web.entrance.reauthentication import for_officers
from liaison.web.logged import log_refusal
from liaison.web.site import here

SHORT = 12
View = Callable[..., HttpResponse]


def at_desk(action: Action) -> Callable[[View], View]:
    """A page of a desk, for officers whose roles there allow the action. Raises Http404, UsageError."""

    def decorate(view: View) -> View:
        @for_officers
        @functools.wraps(view)
        def guarded(request: HttpRequest, seat: str, **rest: Any) -> HttpResponse:
            found = find_seat(request, seat)
            request.seat = found  # type: ignore[attr-defined]
            require(action, found.roles)
            with acting_for(found.desk.participant):
                return view(request, found, **rest)

        guarded.action = action  # type: ignore[attr-defined]
        return guarded

    return decorate


def find_seat(request: HttpRequest, name: str) -> Seat:
    """The officer's seat that a path names. Raises Http404."""
    for each in officer_seats(request):
        if seat_name(each) == name:
            return each
    log_refusal(request, "desk-not-theirs")
    raise Http404


def officer_seats(request: HttpRequest) -> list[Seat]:
    """Every desk where the officer of this request has a role; looked up once a request."""
    known: list[Seat] | None = getattr(request, "officer_seats", None)
    if known is None:
        user: Any = request.user
        known = seats(here(), user.pk) if user.is_authenticated else []
        request.officer_seats = known  # type: ignore[attr-defined]
    return known


def officer_id(request: HttpRequest) -> int:
    """Who acts, for drafts, proposals and the audit trail."""
    user: Any = request.user
    return int(user.pk)


def seat_name(seat: Seat) -> str:
    """How a seat stands in a path."""
    return f"{seat.desk.participant[:SHORT]}.{seat.desk.desk}"


def path_to(seat: Seat, tail: str = "") -> str:
    """The path of a page of a seat."""
    return f"/d/{seat_name(seat)}/{tail}"
