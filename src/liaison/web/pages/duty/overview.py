"""Who answers now, who after them, and where is a hole? The first page of duty.

    duty/                 now, the next weeks as strip and table, warnings, notes for the next officer, swaps to decide
    duty/take-over        (POST) I answer from now on
    duty/notes            (POST) a note for the next officer          duty/notes/7/seen   (POST) read

Invariants: what is typed into a note and refused stays on the page; a night without anybody says so in words.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from babel.dates import format_skeleton
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from liaison.errors import UsageError
from liaison.node.reads.duty.showing import DutyNow, Planned, duty_now, open_notes, planned, swaps_asked
from liaison.node.services.duty.notes import leave_note, see_note
from liaison.node.services.duty.rotas import take_over
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.figures.strip import Drawing, midnight, weeks
from liaison.web.languages import find_language
from liaison.web.pages.duty.naming import PERIODS, Naming, officers_of, problem_of, weekday_names
from liaison.web.requests import at_desk, officer_id, path_to
from liaison.web.said import after_post
from liaison.web.site import here
from liaison.web.words import babel_locale

WEEKS = 4
WARNED = 5
ROWS = 14
"""Shifts in the table before the rest is folded away."""


@at_desk(Action.READ_METADATA)
def duty(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Who answers."""
    return _page(request, seat, {})


def _page(request: HttpRequest, seat: Seat, given: dict[str, Any], *, status: int = 200) -> HttpResponse:
    place = (here(), seat.register, seat.desk)
    me, now, zone = officer_id(request), here().clock.now(), timezone.get_current_timezone()
    today = now.astimezone(zone).date()
    end = midnight(today + timedelta(days=7 * WEEKS), zone)
    present = duty_now(*place)
    plan = planned(*place, start=midnight(today, zone), end=end)
    notes, asked = open_notes(*place), swaps_asked(*place, me)
    wanted: set[int | str] = {*officers_of(plan.shifts), *present.asked, *(each.by for each in notes)}
    swappers = {officer for each in asked for officer in (each.one.officer, each.other.officer)}
    named = Naming(
        officer_id(request), seat, {*wanted, *swappers, *(each for one in plan.overlaps for each in one.officers)}
    )
    mirrored = find_language(translation.get_language()).direction == "rtl"
    words = [name for _, name in weekday_names()]
    drawing = Drawing(named.table(officers_of(plan.shifts)), words, gettext("nobody"), _short, zone, mirrored)
    drawn = [each for each in plan.shifts if each.officers or plan.is_gap(each)]
    rows = [{"each": each, "names": named.all(each.officers)} for each in drawn if each.ends > now]
    shown = {
        **present_words(present, named),
        "now": now,
        "me": me,
        "rows": rows[:ROWS],
        "later_rows": rows[ROWS:],
        "else_all": not plan.rota.layers,
        "strip": weeks(drawn, today, WEEKS, drawing) if present.shift else None,
        **warnings_of(plan, named, now),
        "notes": [{"each": each, "by": named.of(each.by), "mine": each.by == me} for each in notes],
        "asked": [
            {"each": each, "one": named.of(each.one.officer), "other": named.of(each.other.officer)}
            | {"mine": each.one.officer == str(me)}
            for each in asked
        ],
        "periods": [int(each.total_seconds()) // 3600 for each in PERIODS],
        "may_answer": seat.may(Action.ACKNOWLEDGE),
        "may_set": seat.may(Action.SET_RULES),
    }
    return render(request, "web/duty/overview.html", shown | given, status=status)


def _short(day: date) -> str:
    return str(format_skeleton("MMMd", datetime.combine(day, time(12)), locale=babel_locale()))


def present_words(present: DutyNow, named: Naming) -> dict[str, Any]:
    """Who answers now, for this page and the desk's."""
    return {
        "present": present,
        "asked_now": named.all(present.asked),
        "on_duty": named.me in present.asked,
        "after": named.all(present.after.officers) if present.after else [],
    }


def warnings_of(plan: Planned, named: Naming, now: datetime) -> dict[str, Any]:
    """What is wrong with the weeks ahead."""
    gaps = [each for each in plan.gaps if each.ends > now]
    overlaps = [{"each": each, "names": named.all(each.officers)} for each in plan.overlaps if each.ends > now]
    return {
        "gaps": gaps[:WARNED],
        "more_gaps": max(0, len(gaps) - WARNED),
        "overlaps": overlaps[:WARNED],
        "more_overlaps": max(0, len(overlaps) - WARNED),
    }


@require_POST
@at_desk(Action.ACKNOWLEDGE)
def take(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Answer oneself from now on, for some hours or to the end of the shift."""
    node = here()
    now, hours = node.clock.now(), request.POST.get("hours", "")
    chosen = {str(int(each.total_seconds()) // 3600): each for each in PERIODS}
    present = duty_now(node, seat.register, seat.desk)
    if hours in chosen:
        until = now + chosen[hours]
    elif hours == "shift" and present.shift is not None:
        until = min(present.shift.ends, now + timedelta(days=1))
    else:
        raise UsageError("duty-period")
    take_over(node, seat, until, by=officer_id(request))
    return after_post(path_to(seat, "duty/"), "duty-taken")


@require_POST
@at_desk(Action.ACKNOWLEDGE)
def note(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Leave a note for the next officer."""
    words = request.POST.get("words", "")
    try:
        leave_note(here(), seat, words, by=officer_id(request))
    except UsageError as error:
        return _page(request, seat, {"words": words, "problems": (problem_of(error, "words"),)}, status=400)
    return after_post(path_to(seat, "duty/"), "handover-left")


@require_POST
@at_desk(Action.ACKNOWLEDGE)
def seen(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """Say that a note was read."""
    see_note(here(), seat, number, by=officer_id(request))
    return after_post(path_to(seat, "duty/"), "handover-read")


ROUTES = [
    path("duty/", duty, name="duty"),
    path("duty/take-over", take, name="duty-take"),
    path("duty/notes", note, name="duty-note"),
    path("duty/notes/<int:number>/seen", seen, name="duty-note-seen"),
]
