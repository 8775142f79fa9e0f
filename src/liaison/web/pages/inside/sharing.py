"""How does an officer let another desk of the participant have a case, take one over or back, and note something?

Invariants: handing over asks by when, and what silence means; what was chosen is kept where another question comes
first.
"""

from __future__ import annotations

import re
from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_POST

from liaison.errors import UsageError
from liaison.messages.inside import HANDED_OVER, Offer
from liaison.messages.parties import DeskRef
from liaison.node.reads.inside.between import elsewhere_desks
from liaison.node.services.inside.between.sharing import end_between, share_between
from liaison.node.services.inside.sharing import add_note, end_share, share, take_over_here
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.names import DeskNames
from liaison.web.pages.cases.held import find_held
from liaison.web.pages.cases.naming import case_path, reader_of
from liaison.web.pages.write.cards import desk_key, read_key
from liaison.web.requests import at_desk, officer_id, path_to
from liaison.web.said import after_post
from liaison.web.site import here
from liaison.web.words import explained


@require_POST
@at_desk(Action.WRITE)
def share_case(request: HttpRequest, seat: Seat, case: str) -> HttpResponse:
    """Let another desk have the case."""
    _require_readable(request, seat, case)
    purpose, other, offer = request.POST.get("purpose", ""), _desk(request), _offer(request)
    told = "offered" if purpose == HANDED_OVER else "shared"
    if other in elsewhere_desks(here(), seat):
        agreed, by = request.POST.get("host_may_read") == "yes", officer_id(request)
        try:
            share_between(here(), seat, case, other, purpose, by=by, host_may_read=agreed, offer=offer)
        except UsageError as error:
            if error.code != "host-would-read":
                raise
            return _ask_of_host(request, seat, case, other, purpose)
        return after_post(case_path(seat, case), f"{told}-elsewhere")
    share(here(), seat, case, other, purpose, by=officer_id(request), offer=offer)
    return after_post(case_path(seat, case), told)


def _offer(request: HttpRequest) -> Offer | None:
    """What was chosen for handing over; None where nothing, or nothing that can be understood, was."""
    minutes = request.POST.get("minutes", "")
    if not re.fullmatch(r"[0-9]{1,6}", minutes):
        return None
    return Offer(here().clock.now() + timedelta(minutes=int(minutes)), request.POST.get("silence", ""))


@require_POST
@at_desk(Action.WRITE)
def take_case(request: HttpRequest, seat: Seat, case: str) -> HttpResponse:
    """Answer from now on in a case that another desk of this node offers."""
    _require_readable(request, seat, case)
    take_over_here(here(), seat, case, by=officer_id(request))
    return after_post(case_path(seat, case), "taken-over-here")


@require_POST
@at_desk(Action.WRITE)
def unshare_case(request: HttpRequest, seat: Seat, case: str) -> HttpResponse:
    """Take it back, or give it back."""
    own, other = find_held(seat, case).held.own, _desk(request)
    end_share(here(), seat, case, other, by=officer_id(request))
    if own:
        end_between(here(), seat, case, other, by=officer_id(request))
    return after_post(case_path(seat, case) if own else path_to(seat), "unshared")


@require_POST
@at_desk(Action.READ_CASE)
def note(request: HttpRequest, seat: Seat, case: str) -> HttpResponse:
    """Keep a note for the participant's own people."""
    _require_readable(request, seat, case)
    words = request.POST.get("words", "")
    try:
        add_note(here(), seat, case, words, by=officer_id(request))
    except UsageError as error:
        given = {"said": explained(error), "typed_note": words, "here": case_path(seat, case), "may_note": True}
        return render(request, "web/inside/note.html", given, status=400)
    return after_post(case_path(seat, case), "noted")


def _ask_of_host(request: HttpRequest, seat: Seat, case: str, other: DeskRef, purpose: str) -> HttpResponse:
    """The same share once more, with whose eyes it would reach: nothing has left."""
    given = {
        "name": DeskNames(here()).of(seat.register, other),
        "desk": desk_key(other),
        "purpose": purpose,
        "minutes": request.POST.get("minutes", ""),
        "silence": request.POST.get("silence", ""),
        "missed": "host_asked" in request.POST,
        "here": case_path(seat, case),
    }
    return render(request, "web/inside/share_host.html", given, status=400)


def _require_readable(request: HttpRequest, seat: Seat, case: str) -> None:
    if not reader_of(request, find_held(seat, case).seat).may(case):
        raise Http404


def _desk(request: HttpRequest) -> DeskRef:
    found = read_key(request.POST.get("desk", ""))
    if found is None:
        raise Http404
    return found


ROUTES = [
    path("cases/<slug:case>/share", share_case, name="case-share"),
    path("cases/<slug:case>/take", take_case, name="case-take"),
    path("cases/<slug:case>/unshare", unshare_case, name="case-unshare"),
    path("cases/<slug:case>/note", note, name="case-note"),
]
