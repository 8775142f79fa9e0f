"""What waits for a second person at this desk, what does it say, and what left without one?

    clearance/           what waits, what came back, what is to be looked at
    clearance/12         one letter, as its recipients will see it: clear it, or return it with a reason

Invariants: whoever clears sees all that will be sent; the buttons stand only for those who may, and the service asks
again; a returned answer opens in its form with what was typed.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_POST

from liaison.errors import LiaisonError
from liaison.messages.forms import latest_form
from liaison.node.reads.inside.between import asked_at
from liaison.node.reads.inside.waiting import (
    Request,
    find_request,
    request_of_draft,
    returned_to,
    reviewed_lately,
    to_review,
    waiting_requests,
)
from liaison.node.services.evidence.arriving import ANSWER, HAND_OVER, REQUEST
from liaison.node.services.inside.clearance import approve, give_back, take_back
from liaison.node.services.inside.review import mark_seen
from liaison.node.services.people.officers import Seat
from liaison.node.work.at_once import deliver_within
from liaison.officers.permissions import Action
from liaison.web.names import DeskNames
from liaison.web.pages.cases.naming import case_path, reader_of
from liaison.web.pages.cases.values import fields_of
from liaison.web.pages.inside.between import elsewhere_rows
from liaison.web.requests import at_desk, officer_id, path_to
from liaison.web.said import after_post
from liaison.web.site import here
from liaison.web.words import explained

FIRST_ATTEMPTS = 4.0
"""Seconds the page waits for them."""
EVIDENCE_PAGES = {
    HAND_OVER: "evidence/{evidence}/hand-over",
    REQUEST: "evidence/{evidence}/ask",
    ANSWER: "evidence/answer/{message}",
}
"""Where what was typed about evidence opens again."""


@at_desk(Action.READ_CASE)
def listing(request: HttpRequest, seat: Seat) -> HttpResponse:
    """What waits here, and the review list."""
    officer = officer_id(request)
    given = {
        "waiting": [_row(seat, each, officer) for each in waiting_requests(here(), seat)]
        + elsewhere_rows(seat, DeskNames(here())),
        "returned": [{"each": each, "path": _answer_path(seat, each)} for each in returned_to(here(), seat, officer)],
        "to_review": [_line(seat, each, officer) for each in to_review(here(), seat)],
        "reviewed": [_line(seat, each, officer) for each in reviewed_lately(here(), seat)],
        "now": here().clock.now(),
    }
    return render(request, "web/inside/clearance.html", given)


def _row(seat: Seat, each: Request, officer: int) -> dict[str, Any]:
    return {"each": each, "path": path_to(seat, f"clearance/{each.number}"), "own": officer in each.authors}


def _line(seat: Seat, each: Any, officer: int) -> dict[str, Any]:
    may = seat.may(Action.CLEAR) and each.written_by != officer and each.seen_at is None
    return {"each": each, "path": case_path(seat, each.case), "may": may}


def _answer_path(seat: Seat, each: Request) -> str:
    if each.form in EVIDENCE_PAGES:
        about = {name: each.typed.get(name, ("",))[0] for name in ("evidence", "message")}
        return path_to(seat, f"{EVIDENCE_PAGES[each.form].format(**about)}?returned={each.number}")
    return case_path(seat, each.case, f"say/{each.form}?returned={each.number}")


@at_desk(Action.READ_CASE)
def one(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """One letter that waits, or what became of it."""
    return _show(request, seat, _find(request, seat, number))


def _show(request: HttpRequest, seat: Seat, found: Request, *, refused: Any = None, reason: str = "") -> HttpResponse:
    letter, names, officer = found.letter, DeskNames(here()), officer_id(request)
    writer, over = officer in found.authors, found.deadline <= here().clock.now()
    given = {
        "each": found,
        "letter": letter,
        "to": [names.of(seat.register, each) for each in letter.to] if letter else [],
        "fields": list(fields_of(latest_form(found.form), seat.register, letter.fields, names)) if letter else [],
        "desk": names.of(seat.register, found.desk),
        "asked": [names.of(seat.register, each) for each in asked_at(here(), seat, found.number)],
        "here": path_to(seat, f"clearance/{found.number}"),
        "case": case_path(seat, found.case) if found.case else "",
        "again": _answer_path(seat, found) if found.typed and (writer or found.left) else "",
        "sent": path_to(seat, f"write/sent/{found.sent_as}") if found.sent_as and found.desk == seat.desk else "",
        "draft": path_to(seat, f"write/{found.draft}/check") if found.draft and found.desk == seat.desk else "",
        "over": over,
        "may_decide": letter is not None and seat.may(Action.CLEAR) and not writer and not over,
        "may_take_back": letter is not None and writer and found.desk == seat.desk,
        "now": here().clock.now(),
        "refused": refused,
        "reason": reason,
    }
    return render(request, "web/inside/request.html", given, status=400 if refused else 200)


def _find(request: HttpRequest, seat: Seat, number: int) -> Request:
    found = find_request(here(), seat, number)
    if found is None or (found.case and not reader_of(request, seat).may(found.case)):
        raise Http404
    return found


@require_POST
@at_desk(Action.CLEAR)
def decide(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """Clear it, or return it with a reason."""
    found, by = _find(request, seat, number), officer_id(request)
    try:
        if request.POST.get("what") == "clear":
            sent = approve(here(), seat, number, by=by)
            deliver_within(here(), [lease for each in sent for lease in each.leases], FIRST_ATTEMPTS)
            return after_post(path_to(seat, "clearance/"), "cleared")
        give_back(here(), seat, number, by=by, reason=request.POST.get("reason", ""))
    except LiaisonError as error:
        return _show(request, seat, found, refused=explained(error), reason=request.POST.get("reason", ""))
    return after_post(path_to(seat, "clearance/"), "returned")


@require_POST
@at_desk(Action.WRITE)
def back(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """Have what one wrote again before anybody decided."""
    found = _find(request, seat, number)
    take_back(here(), seat, number, by=officer_id(request))
    where = path_to(seat, f"write/{found.draft}/check") if found.draft else path_to(seat, "clearance/")
    return after_post(where, "taken-back")


@require_POST
@at_desk(Action.CLEAR)
def seen(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """Tick a line of the review list off."""
    mark_seen(here(), seat, number, by=officer_id(request))
    return after_post(path_to(seat, "clearance/"), "reviewed")


@at_desk(Action.WRITE)
def of_draft(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """Where a draft waits."""
    found = request_of_draft(here(), seat, number)
    if found is None:
        raise Http404
    return HttpResponseRedirect(path_to(seat, f"clearance/{found.number}"))


ROUTES = [
    path("clearance/", listing, name="clearance"),
    path("clearance/<int:number>", one, name="clearance-request"),
    path("clearance/<int:number>/decide", decide, name="clearance-decide"),
    path("clearance/<int:number>/back", back, name="clearance-back"),
    path("clearance/review/<int:number>", seen, name="clearance-seen"),
    path("write/<int:number>/waiting", of_draft, name="write-waiting"),
]
