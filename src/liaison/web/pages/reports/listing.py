"""Which reports does this desk have, what do the rows of one say, and what became of them?

    reports/?side=sent     reports/<message>/?page=3     reports/<message>/export     reports/became?days=90

Invariants: whoever may see metadata only sees who sent how many rows to whom and how they were answered, and no row; a
report of a case that is closed to an officer is not there for them; every drawing has its table.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import get_language_bidi, gettext, gettext_lazy
from django.views.decorators.http import require_GET

from liaison.errors import UsageError
from liaison.node.models.reports import RECEIVED, SENT
from liaison.node.reads.reports import listing
from liaison.node.reads.reports.listing import Became, ReportRead
from liaison.node.reads.reports.rows import every_answer, report_rows
from liaison.node.services.people.audit import note
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.permissions import Action
from liaison.web.figures.charts import Chart, bars
from liaison.web.figures.tables import csv_answer
from liaison.web.names import DeskNames
from liaison.web.pages.cases.naming import case_path, reader_of
from liaison.web.requests import at_desk, officer_id, path_to
from liaison.web.site import here
from liaison.web.words import code_word, codes_of

ROW_CODES = "row-answer"
OPEN = "open"
DAYS = (7, 30, 90, 366)
SIDES = ((RECEIVED, gettext_lazy("Received")), (SENT, gettext_lazy("Sent")))


@require_GET
@at_desk(Action.READ_METADATA)
def reports(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The reports of one side, the newest first."""
    side, unanswered = _side(request, RECEIVED), request.GET.get("open") == "yes"
    found = listing.list_reports(here(), seat.desk, side=side, unanswered=unanswered, page=page_number(request))
    names, reader = DeskNames(here()), reader_of(request, seat)
    asked = {"side": side} | ({"open": "yes"} if unanswered else {})
    held = listing.held_reports(here(), seat.desk) if side == SENT else []
    given = {
        "side": side,
        "sides": SIDES,
        "unanswered": unanswered,
        "found": found,
        "rows": [
            {
                "each": each,
                "other": names.of(each.register, each.other),
                "path": report_path(seat, each),
                "may": reader.may(each.case),
            }
            for each in found.rows
        ],
        "held": [{"to": names.of(seat.register, to), "rows": rows, "due": due, "trouble": trouble}
                 for to, rows, due, trouble in held],
        "before": f"?{urlencode(asked | {'page': found.number - 1})}" if found.number > 1 else "",
        "after": f"?{urlencode(asked | {'page': found.number + 1})}" if found.number < found.pages else "",
    }  # fmt: skip
    return render(request, "web/reports/listing.html", given)


@require_GET
@at_desk(Action.READ_CASE)
def report(request: HttpRequest, seat: Seat, message: uuid.UUID) -> HttpResponse:
    """One report with its rows."""
    return report_page(request, seat, open_report(request, seat, message))


def open_report(request: HttpRequest, seat: Seat, message: uuid.UUID) -> ReportRead:
    """The report of the desk. Raises Http404, also for a case that is closed to this officer."""
    try:
        found = listing.find_report(here(), seat.desk, str(message))
    except UsageError as error:
        raise Http404 from error
    if not reader_of(request, seat).may(found.case):
        raise Http404
    return found


def report_page(
    request: HttpRequest, seat: Seat, found: ReportRead, *, problems: Any = (), typed: Mapping[str, Any] | None = None
) -> HttpResponse:
    """The page of a report, with what was typed and what is wrong with it."""
    shown = report_rows(here(), found, page=page_number(request))
    names = DeskNames(here())
    given = {
        "report": found,
        "other": names.of(found.register, found.other),
        "case": case_path(seat, found.case),
        "ours": found.side == SENT,
        "shown": shown,
        "marked": frozenset((typed or {}).get("mark", ())),
        "table": _table(found.answers, found.open),
        "chart": _chart(found.answers, found.open),
        "codes": [(code, code_word(ROW_CODES, code)) for code in codes_of(ROW_CODES)],
        "may_answer": found.side == RECEIVED and seat.may(Action.WRITE),
        "typed": typed or {"ticket": found.own_ticket or found.ticket},
        "problems": problems,
        "before": f"?page={shown.number - 1}" if shown.number > 1 else "",
        "after": f"?page={shown.number + 1}" if shown.number < shown.pages else "",
    }
    return render(request, "web/reports/report.html", given, status=400 if problems else 200)


@require_GET
@at_desk(Action.READ_CASE)
def rows(request: HttpRequest, seat: Seat, message: uuid.UUID) -> HttpResponse:
    """What was said of every row, as a file."""
    found = open_report(request, seat, message)
    with unit_of_work(here()):
        note(here(), "report-rows-exported", officer=officer_id(request), subject=found.message_id)
    head = ("liaison_row", "answer", "to", "ticket", "remark")
    return csv_answer(f"answers-{found.message_id[:8]}.csv", head, every_answer(here(), found))


@require_GET
@at_desk(Action.READ_METADATA)
def became(request: HttpRequest, seat: Seat) -> HttpResponse:
    """What became of the rows of many reports: a table and a drawing."""
    side, days = _side(request, SENT), _days(request)
    found = _became(seat, side, days)
    given = {
        "side": side,
        "sides": SIDES,
        "days": days,
        "choices": DAYS,
        "found": found,
        "table": _table(found.answers, found.open),
        "chart": _chart(found.answers, found.open),
        "codes": [(code, code_word(ROW_CODES, code)) for code in codes_of(ROW_CODES)],
        "by_day": [
            {"day": day, "rows": size, "counts": [said.get(code, 0) for code in codes_of(ROW_CODES)],
             "open": size - sum(said.values())}
            for day, size, said in reversed(found.days)
        ],
        "export": f"{path_to(seat, 'reports/became/export')}?{urlencode({'side': side, 'days': days})}",
    }  # fmt: skip
    return render(request, "web/reports/became.html", given)


@require_GET
@at_desk(Action.READ_METADATA)
def export(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The same by day, as a file."""
    found = _became(seat, _side(request, SENT), _days(request))
    codes = codes_of(ROW_CODES)
    lines = (
        (day.isoformat(), size, *(said.get(code, 0) for code in codes), size - sum(said.values()))
        for day, size, said in found.days
    )
    return csv_answer("rows-of-reports.csv", ("day", "rows", *codes, OPEN), lines)


def report_path(seat: Seat, found: ReportRead, tail: str = "") -> str:
    """The path of a report's page, or of a page below it."""
    return path_to(seat, f"reports/{found.message_id}/{tail}")


def page_number(request: HttpRequest) -> int:
    """The page that is asked for; the first for anything that is no number."""
    text = request.GET.get("page", "1")[:6]
    return int(text) if text.isdecimal() else 1


def _became(seat: Seat, side: str, days: int) -> Became:
    now: datetime = here().clock.now()
    return listing.what_became(here(), seat.desk, side=side, since=now - timedelta(days=days), until=now)


def _side(request: HttpRequest, otherwise: str) -> str:
    given = request.GET.get("side", "")
    return given if given in (SENT, RECEIVED) else otherwise


def _days(request: HttpRequest) -> int:
    text = request.GET.get("days", "30")[:3]
    return int(text) if text.isdecimal() and int(text) in DAYS else 30


def _table(answers: Mapping[str, int], left: int) -> list[tuple[str, int]]:
    """Words and numbers of every answer, those without rows too."""
    told = [(code_word(ROW_CODES, code), answers.get(code, 0)) for code in codes_of(ROW_CODES)]
    return [*told, (gettext("Not answered"), left)]


def _chart(answers: Mapping[str, int], left: int) -> Chart:
    return bars(
        gettext("What became of the rows"),
        gettext("One bar a row of the table beside it."),
        _table(answers, left),
        mirrored=get_language_bidi(),
    )
