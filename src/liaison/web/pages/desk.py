"""What needs this desk now, the most urgent first? The first page an officer sees.

Invariants: every section says what it means that it is empty; what can be done in one action is done from here.
`SECTIONS` is the page's table: another room adds its own by a line with a template and a read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path

from liaison.errors import LiaisonError
from liaison.node.reads.checks.ending import keys_ending
from liaison.node.reads.checks.fresh import own_freshness
from liaison.node.reads.checks.watched import watched
from liaison.node.reads.desk import waiting
from liaison.node.reads.desk.in_turn import InTurn, in_turn
from liaison.node.reads.desk.listing import Reader, find_row
from liaison.node.reads.desk.undelivered import undelivered
from liaison.node.reads.duty.escalations import escalations
from liaison.node.reads.duty.exercises import taking_part
from liaison.node.reads.duty.failing import failing_at
from liaison.node.reads.duty.showing import duty_now, open_notes, swaps_asked
from liaison.node.reads.duty.silence import silent
from liaison.node.reads.inside.between import InternalRead, received_cases
from liaison.node.reads.inside.sharing import offered_cases, shared_with
from liaison.node.reads.inside.waiting import to_review, waiting_requests
from liaison.node.reads.mail.guests import open_guest_pages
from liaison.node.reads.mail.overview import beside_cases, mailbox_state
from liaison.node.reads.reports.listing import count_open
from liaison.node.reads.writing.drafts import Place, list_drafts
from liaison.node.services.people.officers import Seat
from liaison.node.wiring import dated_certificates
from liaison.officers.permissions import Action
from liaison.web.names import DeskNames
from liaison.web.pages.cases.naming import case_path, reader_of, row_views
from liaison.web.pages.duty.late import ways_on
from liaison.web.pages.duty.naming import Naming
from liaison.web.pages.duty.overview import present_words
from liaison.web.pages.inside.between import elsewhere_rows
from liaison.web.pages.write.steps import listed_draft, place_of
from liaison.web.requests import at_desk, officer_id, officer_seats, path_to
from liaison.web.site import here
from liaison.web.words import explained

DRAFTS = 5
MAIL_SHOWN = timedelta(days=14)
OFFER_IS_LATE = timedelta(hours=1)
"""So long after a case was offered to another desk and not taken over, somebody should telephone."""


@dataclass(frozen=True, slots=True)
class Looking:
    """For whom the page is made, and when."""

    seat: Seat
    reader: Reader
    names: DeskNames
    now: datetime
    turns: InTurn
    officer: int


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
    looking = Looking(seat, reader, DeskNames(node), node.clock.now(), turns, officer_id(request))
    sections = [{"template": template, **read(looking)} for template, read in SECTIONS]
    may_acknowledge = seat.may(Action.ACKNOWLEDGE)
    given = {
        "sections": sections,
        "now": looking.now,
        "may_acknowledge": may_acknowledge,
        "may_set_rules": seat.may(Action.SET_RULES),
    }
    return render(request, "web/desk.html", given)


def _duty(looking: Looking) -> dict[str, Any]:
    seat, me = looking.seat, looking.officer
    present = duty_now(here(), seat.register, seat.desk)
    told = open_notes(here(), seat.register, seat.desk)
    asked = swaps_asked(here(), seat.register, seat.desk, me)
    if present.shift is None and not told:
        return {"rows": ()}
    named = Naming(me, seat, {*present.asked, *(present.after.officers if present.after else ())})
    unread = [each for each in told if each.by != me]
    waiting = [each for each in asked if each.other.officer == str(me)]
    return {**present_words(present, named), "notes": len(unread), "swaps": len(waiting), "rows": (present,)}


def _unacknowledged(looking: Looking) -> dict[str, Any]:
    found = waiting.unacknowledged(here(), looking.seat.desk, reader=looking.reader)
    waiting_here = escalations(here(), looking.seat.desk) if found.rows else ()
    told = {each.message_id: each for each in waiting_here}
    rows = [
        {
            "each": each,
            "sender": looking.names.of(each.register, each.sender),
            "warnings": looking.names.warnings(each.register, each.sender.participant),
            "path": case_path(looking.seat, each.case),
            "escalation": told.get(each.message_id),
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
    return {"rows": rows, "count": found.count, "more": found.more, "exercises": _exercises(looking, found.rows)}


def _exercises(looking: Looking, *lists: Iterable[Any]) -> frozenset[str]:
    """Which cases in these lists are exercises: a row shows its case by a form or a number alone."""
    cases = {each.case for rows in lists for each in rows}
    return waiting.exercises_among(here(), looking.seat.desk, cases)


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
    return {"rows": rows, "count": found.count, "more": found.more, "exercises": _exercises(looking, found.rows)}


def _telling(looking: Looking) -> dict[str, Any]:
    """What keeps officers of this desk from being told of what waits."""
    found = failing_at(here(), looking.seat.register, looking.seat.desk)
    me = looking.officer
    rows = [{"each": each, "mine": each.number == me} for each in found.officers]
    return {"gateways": found.gateways, "rows": rows, "count": len(found.gateways) + len(rows)}


def _silent(looking: Looking) -> dict[str, Any]:
    found = silent(here(), looking.seat.desk)
    rows = [
        {"each": each, **ways_on(looking.seat, looking.names, each.register, each.desk)}
        | {"path": case_path(looking.seat, each.case)}
        for each in found.rows
    ]
    return {"rows": rows, "count": found.count}


def _mail(looking: Looking) -> dict[str, Any]:
    desk, state = looking.seat.desk, mailbox_state(here())
    found = beside_cases(here(), looking.seat.register, desk, since=looking.now - MAIL_SHOWN)
    rows = [{"each": each, "path": case_path(looking.seat, each.case)} for each in found[: waiting.MOST]]
    trouble = state is not None and state.trouble
    pages = open_guest_pages(here(), looking.seat.register, desk) if here().config.mail.address else []
    guests = [{"each": each, "path": case_path(looking.seat, each.case, "guest")} for each in pages]
    told = {"trouble": trouble, "checked_at": state.checked_at if state else None, "guests": guests}
    return {"rows": rows, "count": len(found), "exercises": _exercises(looking, found, pages)} | told


def _reports(looking: Looking) -> dict[str, Any]:
    open_reports, held = count_open(here(), looking.seat.desk)
    return {"count": open_reports, "held": held}


def _register(looking: Looking) -> dict[str, Any]:
    care = waiting.register_care(here(), looking.seat.register, looking.now)
    told = [{"said": explained(LiaisonError(each.code, **each.params)), "at": each.raised_at} for each in care.alarms]
    return {"care": care, "alarms": told, "count": len(told)}


def _watch(looking: Looking) -> dict[str, Any]:
    """What of this desk and its node somebody must look at: the worker, keys that end, an entry to confirm."""
    node, seat = here(), looking.seat
    place, silent = Place(seat.register, seat.desk), watched(node)
    keys = keys_ending(node, place, dated_certificates(node.config))
    return {
        "silent": silent.at if silent.silent else None,
        "keys": keys,
        "fresh": own_freshness(node, place),
        "may_confirm": seat.may(Action.PUBLISH),
        "count": len(keys) + silent.silent,
    }


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
    offered = [
        {
            "each": each,
            "to": looking.names.of(looking.seat.register, each.to),
            "path": case_path(looking.seat, each.case),
            "late": each.at + OFFER_IS_LATE <= looking.now,
        }
        for each in offered_cases(here(), looking.seat)
    ]
    return {"rows": rows, "there": there, "count": len(rows) + len(there), "offered": offered, "now": looking.now}


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
    ("web/duty/desk.html", _duty),
    ("web/exercises/on_desk.html", _exercise),
    ("web/desk/unacknowledged.html", _unacknowledged),
    ("web/desk/watch.html", _watch),
    ("web/escalation/on_desk.html", _telling),
    ("web/inside/desk_clearance.html", _clearance),
    ("web/inside/desk_shared.html", _shared),
    ("web/desk/follow_ups.html", _follow_ups),
    ("web/desk/silent.html", _silent),
    ("web/desk/undelivered.html", _undelivered),
    ("web/desk/mail.html", _mail),
    ("web/desk/reports.html", _reports),
    ("web/desk/waiting_for_us.html", _waiting_for_us),
    ("web/desk/waiting_for_them.html", _waiting_for_them),
    ("web/desk/drafts.html", _drafts),
    ("web/desk/register.html", _register),
    ("web/desk/recent.html", _recent),
]

ROUTES = [path("", desk, name="desk")]
