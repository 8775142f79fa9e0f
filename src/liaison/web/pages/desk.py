"""What needs this desk now, the most urgent first? The first page an officer sees.

Invariants: every section says what it means that it is empty, or is not there; what can be done in one action is done
from here. `SECTIONS` is the page's table: another room adds its own by a line with a template, a read and the kinds of
`reads.desk.present` without which the read is not asked; what has no kinds is asked always.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path

from liaison.errors import LiaisonError
from liaison.node.reads.checks.ending import keys_ending
from liaison.node.reads.checks.fresh import own_freshness
from liaison.node.reads.checks.planned_work import planned_at
from liaison.node.reads.checks.watched import watched
from liaison.node.reads.desk import waiting
from liaison.node.reads.desk.in_turn import InTurn, in_turn
from liaison.node.reads.desk.listing import Reader, find_row
from liaison.node.reads.desk.present import MAIL_SHOWN, present
from liaison.node.reads.desk.undelivered import undelivered
from liaison.node.reads.duty.escalations import escalations
from liaison.node.reads.duty.exercises import taking_part
from liaison.node.reads.duty.failing import failing_at
from liaison.node.reads.duty.showing import DutyNow, duty_now, open_notes, swaps_asked
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
from liaison.web.entrance.reauthentication import for_officers
from liaison.web.names import DeskNames
from liaison.web.pages.cases.naming import case_path, reader_of, row_views
from liaison.web.pages.duty.late import ways_on
from liaison.web.pages.duty.naming import Naming
from liaison.web.pages.duty.overview import present_words
from liaison.web.pages.inside.between import elsewhere_rows
from liaison.web.pages.requests import on_desk
from liaison.web.pages.write.steps import listed_draft, place_of
from liaison.web.requests import at_desk, officer_id, officer_seats, path_to
from liaison.web.site import here
from liaison.web.words import explained

DRAFTS, OTHERS, NOTES = 5, 3, 3


@dataclass(frozen=True, slots=True)
class Looking:
    """For whom the page is made, and when."""

    seat: Seat
    reader: Reader
    names: DeskNames
    now: datetime
    turns: InTurn
    officer: int
    there: frozenset[str]
    """Of which kinds there is anything (`reads.desk.present`)."""


@for_officers
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
    turns, me = in_turn(node, seat.desk, reader=reader), officer_id(request)
    there = present(node, seat.register, seat.desk, officer=me)
    looking = Looking(seat, reader, DeskNames(node), node.clock.now(), turns, me, there)
    asked = [(template, read) for template, read, kinds in SECTIONS if not kinds or kinds & there]
    sections = [{"template": template, **read(looking)} for template, read in asked]
    may_acknowledge = seat.may(Action.ACKNOWLEDGE)
    given = {
        "sections": sections,
        "now": looking.now,
        "may_acknowledge": may_acknowledge,
        "may_set_rules": seat.may(Action.SET_RULES),
    }
    return render(request, "web/desk.html", given)


def _duty(looking: Looking) -> dict[str, Any]:
    me, place = looking.officer, (here(), looking.seat.register, looking.seat.desk)
    now = duty_now(*place) if "rota" in looking.there else DutyNow(())
    told = open_notes(*place) if "notes" in looking.there else []
    asked = swaps_asked(*place, me) if "swaps" in looking.there else []
    if now.shift is None and not told:
        return {"rows": ()}
    named = Naming(me, looking.seat, {*now.asked, *(now.after.officers if now.after else ())})
    unread = [each for each in told if each.by != me]
    waiting = [each for each in asked if each.other.officer == str(me)]
    words, mine = present_words(now, named), [each for each in told if each.by != me][:NOTES]
    shown = mine if words["on_duty"] and now.shift is not None else []
    return {**words, "notes": len(unread), "shown": shown, "swaps": len(waiting), "rows": (now,)}


def _unacknowledged(looking: Looking) -> dict[str, Any]:
    found = waiting.unacknowledged(here(), looking.seat.desk, reader=looking.reader)
    waiting_here = escalations(here(), looking.seat.desk) if "escalations" in looking.there else ()
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
    return {"rows": rows, "count": found.count, "more": found.more, "told": bool(told)}


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
    place, state = (here(), looking.seat.register, looking.seat.desk), None
    if here().config.mail.address:
        state = mailbox_state(here())
    since = looking.now - MAIL_SHOWN
    found = beside_cases(*place, since=since) if "unverified" in looking.there else []
    rows = [{"each": each, "path": case_path(looking.seat, each.case)} for each in found[: waiting.MOST]]
    trouble = state is not None and state.trouble
    pages = open_guest_pages(*place) if "guests" in looking.there and here().config.mail.address else []
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
    """What of this desk and its node somebody must look at: the worker, planned work, keys that end, an entry to
    confirm."""
    node, seat = here(), looking.seat
    place, certificates = Place(seat.register, seat.desk), dated_certificates(node.config)
    worker = watched(node) if "worker-silent" in looking.there else None
    asked = certificates or looking.there & {"mail-key", "old-key"}
    keys = keys_ending(node, place, certificates) if asked else []
    silent = worker is not None and worker.silent
    works = planned_at(node, seat.register, seat.desk) if "planned-work" in looking.there else ()
    return {
        "works": works,
        "silent": worker.at if worker is not None and silent else None,
        "keys": keys,
        "fresh": own_freshness(node, place),
        "may_confirm": seat.may(Action.PUBLISH),
        "count": len(keys) + silent,
    }


def _recent(looking: Looking) -> dict[str, Any]:
    return {"rows": row_views(looking.seat, looking.turns.recent, looking.names)}


def _shared(looking: Looking) -> dict[str, Any]:
    rows, seat = [], looking.seat
    for each in shared_with(here(), seat) if "shared" in looking.there else ():
        found = find_row(here(), each.owner, each.case, reader=looking.reader)
        if found is not None:
            (view,) = row_views(looking.seat, [found], looking.names)
            rows.append({"each": each, "view": view, "owner": looking.names.of(looking.seat.register, each.owner)})
    there = []
    for given in received_cases(here(), seat) if "received" in looking.there else ():
        owner = looking.names.of(looking.seat.register, given.other)
        there.append({"each": given, "owner": owner, "path": _shared_path(looking, given)})
    offered = [
        {
            "each": each,
            "row": find_row(here(), seat.desk, each.case, reader=looking.reader),
            "to": looking.names.of(seat.register, each.to),
            "path": case_path(looking.seat, each.case),
            "late": each.offer is not None and each.offer.late(looking.now),
        }
        for each in (offered_cases(here(), seat) if "offered" in looking.there else ())
    ]
    return {"rows": rows, "there": there, "count": len(rows) + len(there), "offered": offered, "now": looking.now}


def _shared_path(looking: Looking, each: InternalRead) -> str:
    return case_path(looking.seat, each.internal, "shared" if looking.reader.may(each.internal) else "")


def _clearance(looking: Looking) -> dict[str, Any]:
    seat, there = looking.seat, looking.there if looking.reader.contents else frozenset[str]()
    requests = waiting_requests(here(), seat) if "requests" in there else []
    rows = [{"each": each, "path": path_to(seat, f"clearance/{each.number}")} for each in requests]
    rows += elsewhere_rows(seat, looking.names) if "elsewhere" in there else []
    reviews = len(to_review(here(), seat)) if "reviews" in looking.there and seat.may(Action.CLEAR) else 0
    return {"rows": rows, "count": len(rows), "reviews": reviews}


def _exercise(looking: Looking) -> dict[str, Any]:
    part = taking_part(here(), looking.seat.register, looking.seat.desk)
    return {"part": part, "path": path_to(looking.seat, "exercises/")}


def _requests(looking: Looking) -> dict[str, Any]:
    return on_desk.section(looking.seat, looking.names, looking.now)


SECTIONS: list[tuple[str, Callable[[Looking], dict[str, Any]], frozenset[str]]] = [
    ("web/duty/desk.html", _duty, frozenset({"rota", "notes"})),
    ("web/exercises/on_desk.html", _exercise, frozenset({"exercise"})),
    ("web/desk/unacknowledged.html", _unacknowledged, frozenset()),
    ("web/requests/on_desk.html", _requests, frozenset()),
    ("web/desk/watch.html", _watch, frozenset()),
    ("web/escalation/on_desk.html", _telling, frozenset()),
    ("web/inside/desk_clearance.html", _clearance, frozenset({"requests", "elsewhere", "reviews"})),
    ("web/inside/desk_shared.html", _shared, frozenset({"shared", "received", "offered"})),
    ("web/desk/follow_ups.html", _follow_ups, frozenset({"follow-ups"})),
    ("web/desk/silent.html", _silent, frozenset({"silent"})),
    ("web/desk/undelivered.html", _undelivered, frozenset()),
    ("web/desk/mail.html", _mail, frozenset()),
    ("web/desk/reports.html", _reports, frozenset({"reports"})),
    ("web/desk/waiting_for_us.html", _waiting_for_us, frozenset()),
    ("web/desk/waiting_for_them.html", _waiting_for_them, frozenset()),
    ("web/desk/drafts.html", _drafts, frozenset({"drafts"})),
    ("web/desk/register.html", _register, frozenset()),
    ("web/desk/recent.html", _recent, frozenset()),
]

ROUTES = [path("", desk, name="desk")]
