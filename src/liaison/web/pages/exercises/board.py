"""How does an exercise go, and what came of it?

    exercises/<id>/             the board of exercise control; ?live=1 looks again by itself
    exercises/<id>/change       POST: it stands still, goes on, ends
    exercises/<id>/report       the after-action report, with its drawings
    exercises/<id>/report.pdf   the same as PDF
    exercises/<id>/report.csv   every expectation as a row

Invariants: only exercise control sees it; desks stand in the order of the cast, never by how they did.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import translation
from django.utils.translation import get_language_bidi, gettext
from django.views.decorators.http import require_GET, require_POST

from liaison.duty.exercises.course import Judged
from liaison.duty.exercises.report import IN_ORDER, Report, after_action
from liaison.node.reads.duty.exercises import Control, desk_of, read_control
from liaison.node.services.exercises.planning import end, pause, resume
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.figures.charts import bars
from liaison.web.figures.tables import csv_answer
from liaison.web.languages import find_language
from liaison.web.letters.exercise import make_report
from liaison.web.names import DeskNames
from liaison.web.requests import at_desk, officer_id, path_to
from liaison.web.said import after_post
from liaison.web.site import here
from liaison.web.words import code_word

CHANGES = {"pause": pause, "resume": resume, "end": end}
AGAIN = 20
"""Seconds after which a board that is watched looks again."""
HEAD = ("event", "desk", "sent", "expected", "within_min", "outcome", "took_s", "exercise")


@require_GET
@at_desk(Action.READ_CASE)
def board(request: HttpRequest, seat: Seat, exercise: UUID) -> HttpResponse:
    """The board."""
    control = read_control(here(), seat.register, seat.desk, str(exercise))
    given = _given(seat, control) | {"live": bool(request.GET.get("live"))}
    response = render(request, "web/exercises/board.html", given)
    if given["live"] and control.state in ("planned", "running"):
        response["Refresh"] = str(AGAIN)
    return response


@require_POST
@at_desk(Action.WRITE)
def change(request: HttpRequest, seat: Seat, exercise: UUID) -> HttpResponse:
    """Let it stand still, go on, or end."""
    step = CHANGES.get(request.POST.get("step", ""))
    if step is None:
        raise Http404
    step(here(), seat, str(exercise), by=officer_id(request))
    return after_post(path_to(seat, f"exercises/{exercise}/"), "exercise-changed")


@require_GET
@at_desk(Action.READ_CASE)
def report(request: HttpRequest, seat: Seat, exercise: UUID) -> HttpResponse:
    """The after-action report."""
    control = read_control(here(), seat.register, seat.desk, str(exercise))
    return render(request, "web/exercises/report.html", _given(seat, control) | {"tables": tables(control, _now())})


@require_GET
@at_desk(Action.READ_CASE)
def report_pdf(request: HttpRequest, seat: Seat, exercise: UUID) -> HttpResponse:
    """The report as PDF."""
    control = read_control(here(), seat.register, seat.desk, str(exercise))
    given = _given(seat, control) | {"tables": tables(control, _now())}
    data = make_report(given, find_language(translation.get_language()), at=_now())
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="exercise-{exercise}.pdf"'
    return response


@require_GET
@at_desk(Action.READ_CASE)
def report_csv(request: HttpRequest, seat: Seat, exercise: UUID) -> HttpResponse:
    """Every expectation as a row."""
    control = read_control(here(), seat.register, seat.desk, str(exercise))
    sent = {(each.inject, each.desk): each.at for each in control.sent}
    names = DeskNames(here())
    rows = (
        (
            each.inject,
            str(names.of(seat.register, desk_of(each.desk))),
            sent[each.inject, each.desk].isoformat(timespec="seconds"),
            each.expected.action.value,
            each.expected.within,
            each.outcome.value,
            "" if each.took is None else round(each.took.total_seconds()),
            "EXERCISE",
        )
        for each in control.judged(_now())
    )
    return csv_answer(f"exercise-{exercise}.csv", HEAD, rows)


def tables(control: Control, now: datetime) -> dict[str, Any]:
    """The report's figures with their drawings."""
    found: Report = after_action(control.judged(now))
    mirrored = get_language_bidi()
    outcomes = [(code_word("exercise-outcome", each), found.whole.counts[each]) for each in IN_ORDER]
    half = [
        (control.course.scenario.injects[name].en, tally.half / timedelta(minutes=1))
        for name, tally in found.by_inject.items()
        if tally.half is not None
    ]
    return {
        "report": found,
        "outcomes": bars(gettext("What became of what was expected"), "", outcomes, mirrored=mirrored),
        "half": bars(gettext("Minutes until half of what was done was done, by event"), "", half, mirrored=mirrored),
        "acts": [(code_word("exercise-act", name), tally) for name, tally in found.by_act.items()],
        "injects": [(control.course.scenario.injects[name].en, tally) for name, tally in found.by_inject.items()],
    }


def _given(seat: Seat, control: Control) -> dict[str, Any]:
    now = _now()
    names, by_place = DeskNames(here()), dict[tuple[str, str], list[Judged]]()
    for each in control.judged(now):
        by_place.setdefault((each.inject, each.desk), []).append(each)
    sent = {(each.inject, each.desk): each.at for each in control.sent}
    rows = [
        {
            "inject": inject,
            "desks": [
                {
                    "name": names.of(seat.register, desk_of(desk)),
                    "sent": sent.get((name, desk)),
                    "failed": control.failed.get((name, desk), ""),
                    "judged": by_place.get((name, desk), ()),
                    "paused": control.course.paused(desk, now),
                    "case": path_to(seat, f"cases/{control.cases[name, desk]}/") if (name, desk) in sent else "",
                }
                for desk in dict.fromkeys(desk for role in inject.to for desk in control.course.cast[role])
            ],
        }
        for name, inject in control.course.scenario.injects.items()
    ]
    return {
        "control": control,
        "scenario": control.course.scenario,
        "rows": rows,
        "desks": [(names.of(seat.register, desk_of(desk)), at) for desk, at in control.course.begins.items()],
        "writes": seat.may(Action.WRITE),
        "base": path_to(seat, f"exercises/{control.exercise}/"),
    }


def _now() -> datetime:
    return here().clock.now()


ROUTES = [
    path("exercises/<uuid:exercise>/", board, name="exercise-board"),
    path("exercises/<uuid:exercise>/change", change, name="exercise-change"),
    path("exercises/<uuid:exercise>/report", report, name="exercise-report"),
    path("exercises/<uuid:exercise>/report.pdf", report_pdf, name="exercise-report-pdf"),
    path("exercises/<uuid:exercise>/report.csv", report_csv, name="exercise-report-csv"),
]
