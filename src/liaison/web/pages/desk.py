"""What needs this desk now, the most urgent first? The first page an officer sees.

Invariants: every section says what it means that it is empty; what can be done in one action is done from here.
`SECTIONS` is the page's table: another room adds its own by a line with a template and a read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path

from liaison.errors import LiaisonError
from liaison.node.reads.desk import waiting
from liaison.node.reads.desk.in_turn import InTurn, in_turn
from liaison.node.reads.desk.listing import Reader, find_row
from liaison.node.reads.desk.undelivered import undelivered
from liaison.node.reads.duty.exercises import taking_part
from liaison.node.reads.inside.between import InternalRead, received_cases
from liaison.node.reads.inside.sharing import shared_with
from liaison.node.reads.inside.waiting import to_review, waiting_requests
from liaison.node.reads.mail.overview import beside_cases, mailbox_state
from liaison.node.reads.writing.drafts import list_drafts
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.names import DeskNames
from liaison.web.pages.cases.naming import case_path, reader_of, row_views
from liaison.web.pages.inside.between import elsewhere_rows
from liaison.web.pages.write.steps import listed_draft, place_of
from liaison.web.requests import at_desk, officer_seats, path_to
from liaison.web.site import here
from liaison.web.words import explained

DRAFTS = 5
MAIL_SHOWN = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Looking:
    """For whom the page is made, and when."""

    seat: Seat
    reader: Reader
    names: DeskNames
    now: datetime
    turns: InTurn


@login_required
def first(request: HttpRequest) -> HttpResponse:
    """The officer's desk, or the list of them where there are several."""
    found = officer_seats(request)
    if len(found) == 1:
        return HttpResponseRedirect(path_to(found[0]))
    names = DeskNames(here())
    rows = [{"path": path_to(each), "name": names.of(each.register, each.desk), "roles": each.roles} for each in found]
    return render(request, "web/choose_desk.html", {"rows": rows})


@at_desk(Action.READ_METADATA)
def desk(request: HttpRequest, seat: Seat) -> HttpResponse:
    """What waits for this desk."""
    node, reader = here(), reader_of(request, seat)
    turns = in_turn(node, seat.desk, reader=reader)
    looking = Looking(seat, reader, DeskNames(node), node.clock.now(), turns)
    sections = [{"template": template, **read(looking)} for template, read in SECTIONS]
    may_acknowledge = seat.may(Action.ACKNOWLEDGE)
    given = {
        "sections": sections,
        "now": looking.now,
        "may_acknowledge": may_acknowledge,
        "may_set_rules": seat.may(Action.SET_RULES),
    }
    return render(request, "web/desk.html", given)


def _unacknowledged(looking: Looking) -> dict[str, Any]:
    found = waiting.unacknowledged(here(), looking.seat.desk, reader=looking.reader)
    rows = [
        {
            "each": each,
            "sender": looking.names.of(each.register, each.sender),
            "warnings": looking.names.warnings(each.register, each.sender.participant),
            "path": case_path(looking.seat, each.case),
        }
        for each in found.rows
    ]
    return {"rows": rows, "count": found.count, "more": found.more}


def _waiting_for_us(looking: Looking) -> dict[str, Any]:
    return _turn(looking, looking.turns.us)


def _waiting_for_them(looking: Looking) -> dict[str, Any]:
    return _turn(looking, looking.turns.them)


def _turn(looking: Looking, found: waiting.Some) -> dict[str, Any]:
    return {"rows": row_views(looking.seat, found.rows, looking.names), "count": found.count, "more": found.more}


def _follow_ups(looking: Looking) -> dict[str, Any]:
    found = waiting.follow_ups(here(), looking.seat.desk, looking.now)
    rows = [
        {"each": each, "path": case_path(looking.seat, each.case), "note": looking.reader.may(each.case)}
        for each in found.rows
    ]
    return {"rows": rows, "count": found.count, "more": found.more}


def _drafts(looking: Looking) -> dict[str, Any]:
    if not looking.seat.may(Action.WRITE):
        return {"rows": [], "count": 0}
    found = list_drafts(here(), place_of(looking.seat))
    return {"rows": [listed_draft(looking.seat, each) for each in found[:DRAFTS]], "count": len(found)}


def _undelivered(looking: Looking) -> dict[str, Any]:
    found = undelivered(here(), looking.seat.desk)
    rows = [
        {"each": each, "to": looking.names.of(each.register, each.desk), "path": case_path(looking.seat, each.case)}
        for each in found.rows
    ]
    return {"rows": rows, "count": found.count, "more": found.more}


def _mail(looking: Looking) -> dict[str, Any]:
    desk, state = looking.seat.desk, mailbox_state(here())
    found = beside_cases(here(), looking.seat.register, desk, since=looking.now - MAIL_SHOWN)
    rows = [{"each": each, "path": case_path(looking.seat, each.case)} for each in found[: waiting.MOST]]
    trouble = state is not None and state.trouble
    return {"rows": rows, "count": len(found), "trouble": trouble, "checked_at": state.checked_at if state else None}


def _register(looking: Looking) -> dict[str, Any]:
    care = waiting.register_care(here(), looking.seat.register, looking.now)
    told = [{"said": explained(LiaisonError(each.code, **each.params)), "at": each.raised_at} for each in care.alarms]
    return {"care": care, "alarms": told, "count": len(told)}


def _recent(looking: Looking) -> dict[str, Any]:
    return {"rows": row_views(looking.seat, looking.turns.recent, looking.names)}


def _shared(looking: Looking) -> dict[str, Any]:
    rows = []
    for each in shared_with(here(), looking.seat):
        found = find_row(here(), each.owner, each.case, reader=looking.reader)
        if found is not None:
            (view,) = row_views(looking.seat, [found], looking.names)
            rows.append({"each": each, "view": view, "owner": looking.names.of(looking.seat.register, each.owner)})
    there = []
    for given in received_cases(here(), looking.seat):
        owner = looking.names.of(looking.seat.register, given.other)
        there.append({"each": given, "owner": owner, "path": _shared_path(looking, given)})
    return {"rows": rows, "there": there, "count": len(rows) + len(there)}


def _shared_path(looking: Looking, each: InternalRead) -> str:
    return case_path(looking.seat, each.internal, "shared" if looking.reader.may(each.internal) else "")


def _clearance(looking: Looking) -> dict[str, Any]:
    requests = waiting_requests(here(), looking.seat) if looking.reader.contents else []
    rows = [{"each": each, "path": path_to(looking.seat, f"clearance/{each.number}")} for each in requests]
    rows += elsewhere_rows(looking.seat, looking.names) if looking.reader.contents else []
    reviews = len(to_review(here(), looking.seat)) if looking.seat.may(Action.CLEAR) else 0
    return {"rows": rows, "count": len(rows), "reviews": reviews}


def _exercise(looking: Looking) -> dict[str, Any]:
    part = taking_part(here(), looking.seat.register, looking.seat.desk)
    return {"part": part, "path": path_to(looking.seat, "exercises/")}


SECTIONS: list[tuple[str, Callable[[Looking], dict[str, Any]]]] = [
    ("web/exercises/on_desk.html", _exercise),
    ("web/desk/unacknowledged.html", _unacknowledged),
    ("web/inside/desk_clearance.html", _clearance),
    ("web/inside/desk_shared.html", _shared),
    ("web/desk/follow_ups.html", _follow_ups),
    ("web/desk/undelivered.html", _undelivered),
    ("web/desk/mail.html", _mail),
    ("web/desk/waiting_for_us.html", _waiting_for_us),
    ("web/desk/waiting_for_them.html", _waiting_for_them),
    ("web/desk/drafts.html", _drafts),
    ("web/desk/register.html", _register),
    ("web/desk/recent.html", _recent),
]

ROUTES = [path("", desk, name="desk")]
