"""Who is told at this desk, in which order, and who would be told on Sunday at 03:00?

    administration/escalation                                   the three plans, and how each officer is reached
    administration/escalation?change=urgent                     with the form of one of them
    administration/escalation?simulate=urgent&at=2026-11-29T03:00     with who would be told then

Invariants: no officer's address is shown; a plan that was not understood comes back as it was typed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from liaison.duty.checks.planned_work import Work
from liaison.duty.escalation import WouldTell
from liaison.duty.plans import DESK, MOST, OFFICER, OTHER_DESK, ROTA, URGENCIES, Plan
from liaison.errors import LiaisonError
from liaison.node.reads.checks.planned_work import planned_at
from liaison.node.reads.duty.escalations import Reachable, plans_of, reachable
from liaison.node.reads.duty.ways import ways_then
from liaison.node.services.escalation.planning import (
    drop_plan,
    make_plan_of,
    other_desks,
    simulate_plan,
    works_waited_for,
)
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.forms.instants import find_zone, parse_local
from liaison.web.requests import at_desk, officer_id, path_to
from liaison.web.said import after_post
from liaison.web.site import here
from liaison.web.words import code_word, explained

ROWS_MORE, TARGETS = 2, 2
HERE = "administration/escalation"
DIGITS = 6


@require_http_methods(["GET", "POST"])
@at_desk(Action.SET_RULES)
def plans(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The plans of the desk; a POST keeps one."""
    if request.method != "POST":
        return page(request, seat)
    try:
        make_plan_of(here(), seat, request.POST.get("urgency", ""), _typed_plan(request), by=officer_id(request))
    except LiaisonError as refused:
        return page(request, seat, refused)
    return after_post(path_to(seat, HERE), "plan-made")


def page(request: HttpRequest, seat: Seat, error: LiaisonError | None = None) -> HttpResponse:
    """The page of who is told, with what was typed and why it was refused."""
    urgency = request.POST.get("urgency", "") or request.GET.get("change", "")
    people = reachable(here(), seat.register, seat.desk)
    words = _target_words(seat, people)
    found = plans_of(here(), seat.register, seat.desk)
    given: dict[str, Any] = {
        "plans": [(each, list(_steps(each.plan, words)), _words(each.plan.last, words)) for each in found],
        "people": people,
        "unreached": [each for each in people if not each.ways],
        "targets": words.items(),
        "urgencies": URGENCIES,
        "manages": seat.may(Action.MANAGE_PEOPLE),
        "changed": next((_form(request, each.plan) for each in found if each.urgency == urgency), None),
        "change": urgency,
        "works": planned_at(here(), seat.register, seat.desk),
        "typed": {name: request.POST.get(name, "")[:40] for name in ("begins", "ends")},
        "now": here().clock.now(),
    }
    given |= _simulated(request, seat, words, people) if error is None else {}
    given["problem"] = explained(error) if error else given.get("problem")
    return render(request, "web/escalation/plans.html", given, status=400 if given["problem"] else 200)


@require_POST
@at_desk(Action.SET_RULES)
def drop(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Back to the plan that every desk begins with."""
    drop_plan(here(), seat, request.POST.get("urgency", ""), by=officer_id(request))
    return after_post(path_to(seat, HERE), "plan-dropped")


def _target_words(seat: Seat, people: tuple[Reachable, ...]) -> dict[str, str]:
    """Every target that a plan of this desk may name, with what it says."""
    fixed = {code: code_word("escalation-target", code) for code in (ROTA, DESK)}
    named = {f"{OFFICER}{each.number}": each.name for each in people}
    others = {
        f"{OTHER_DESK}{desk}": gettext("Whoever is on duty at %(desk)s") % {"desk": desk}
        for desk in other_desks(here(), seat)
    }
    return fixed | named | others


def _words(tell: tuple[str, ...], words: dict[str, str]) -> list[str]:
    return [words.get(target) or gettext("somebody who is not at this desk any more") for target in tell]


def _steps(plan: Plan, words: dict[str, str]) -> Iterator[dict[str, Any]]:
    for number, step in enumerate(plan.steps, 1):
        yield {"number": number, "tell": _words(step.tell, words), "minutes": step.minutes, "wants": step.wants}


def _form(request: HttpRequest, plan: Plan) -> dict[str, Any]:
    """What stands in the inputs: what was typed, else the plan."""
    typed = request.POST
    width = max(TARGETS, *(len(step.tell) for step in plan.steps), len(plan.last))
    rows = []
    for number in range(1, min(MOST, len(plan.steps) + ROWS_MORE) + 1):
        step = plan.steps[number - 1] if number <= len(plan.steps) else None
        tell = typed.getlist(f"tell-{number}") if typed else list(step.tell if step else ())
        minutes = typed.get(f"minutes-{number}", "") if typed else step.minutes if step else ""
        wants = typed.get(f"wants-{number}", "1") if typed else str(step.wants if step else 1)
        row = {"number": number, "tell": _wide(tell, width), "minutes": minutes, "wants": wants}
        rows.append(row)
    last = _wide(typed.getlist("last") if typed else list(plan.last), width)
    repeats = typed.get("repeats", "") if typed else plan.repeats
    return {
        "rows": rows,
        "last": last,
        "repeats": repeats,
        "signed": typed.get("signed", "") if typed else plan.signed_within,
    }


def _wide(tell: list[str], width: int) -> list[str]:
    return (tell + [""] * width)[:width]


def _typed_plan(request: HttpRequest) -> dict[str, Any]:
    """The plan that was typed, as plain values; rows without a target are left out."""
    typed, steps = request.POST, []
    for number in range(1, MOST + 1):
        tell = [each for each in typed.getlist(f"tell-{number}") if each]
        if tell:
            minutes, wants = _number(typed.get(f"minutes-{number}")), _number(typed.get(f"wants-{number}", "1"))
            steps.append({"tell": tuple(dict.fromkeys(tell)), "minutes": minutes, "wants": wants})
    return {
        "steps": tuple(steps),
        "last": tuple(dict.fromkeys(each for each in typed.getlist("last") if each)),
        "repeats": _number(typed.get("repeats") or "0"),
        "signed_within": _number(typed.get("signed")),
    }


def _number(text: str | None) -> int:
    """The number that was typed; -1, which is refused, for what is none."""
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < DIGITS else -1


def _simulated(
    request: HttpRequest, seat: Seat, words: dict[str, str], people: tuple[Reachable, ...]
) -> dict[str, Any]:
    urgency, at = request.GET.get("simulate", ""), request.GET.get("at", "")
    user: Any = request.user
    zone = find_zone(user.zone)
    begin: dict[str, Any] = {"simulate": urgency or "urgent", "at": at, "zone": zone.key}
    if not urgency or not at:
        now = here().clock.now().astimezone(zone)
        return begin | {"at": at or now.strftime("%Y-%m-%dT%H:%M")}
    try:
        instant = parse_local(at, zone)
        told = simulate_plan(here(), seat, urgency, instant)
        works = works_waited_for(here(), seat, urgency, instant)
    except LiaisonError as error:
        return begin | {"problem": explained(error)}
    named = {each.number: each.name for each in people}
    rows = [
        {
            "at": each.at,
            "rung": each.rung,
            "tell": _words(each.rung.tell, words),
            "officers": list(_officers(seat, each, urgency, named, works=works)),
        }
        for each in told
    ]
    waited_for = [each for each in works if each.begins <= told[-1].at]
    return begin | {"told": rows, "instant": instant, "waited_for": waited_for}


def _officers(
    seat: Seat, told: WouldTell, urgency: str, named: dict[int, str], *, works: tuple[Work, ...]
) -> Iterator[dict[str, Any]]:
    """Who that is then, and by which ways."""
    ways = ways_then(here(), seat.register, seat.desk, told.officers, urgency=urgency, at=told.at, works=works)
    for officer in told.officers:
        mine = [each for each in ways if each.officer == officer]
        name = named.get(officer, "")
        yield {"name": name or gettext("an officer of another desk"), "known": bool(name), "ways": mine}


ROUTES = [
    path(HERE, plans, name="escalation-plans"),
    path(f"{HERE}/drop", drop, name="escalation-plan-drop"),
]
