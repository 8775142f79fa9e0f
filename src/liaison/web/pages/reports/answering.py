"""How does an officer say what became of rows: marked ones, rows by their numbers, the whole file, or by a file?

Invariants: one POST answers all of it or nothing; what was typed and marked stands again beside what is wrong with it;
a file of answers is read by `exchange.reports.answers` alone, whoever sends it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language, gettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from liaison.errors import LiaisonError
from liaison.exchange.reports.answers import LARGEST, decode_answers
from liaison.messages.forms.row_answers import RowAnswer
from liaison.node.reads.reports.listing import ReportRead
from liaison.node.services.feeds.answering import NOTHING, OfTheWhole, answer_report
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.forms import Problem
from liaison.web.forms.languages import language_tag
from liaison.web.forms.row_answers import join_ranges, read_ranges
from liaison.web.forms.uploads import HeldUpload
from liaison.web.pages.reports.listing import open_report, report_page, report_path
from liaison.web.requests import at_desk, officer_id
from liaison.web.said import after_post
from liaison.web.site import here
from liaison.web.words import explained

WHOLE, MARKED, NUMBERS, FILE = "whole", "marked", "numbers", "file"
TYPED = ("of", "answer", "ticket", "to", "remark", "numbers")
BESIDE = 1 << 20
"""Bytes that a form of answers may have beside its file."""


@csrf_exempt
@require_POST
@at_desk(Action.WRITE)
def answer(request: HttpRequest, seat: Seat, message: uuid.UUID) -> HttpResponse:
    """Send what was marked, typed or uploaded; a file is held for who may answer alone, and its token checked then."""
    request.upload_handlers = [HeldUpload(request, LARGEST + BESIDE)]
    return _answer(request, seat, message)


@csrf_protect
def _answer(request: HttpRequest, seat: Seat, message: uuid.UUID) -> HttpResponse:
    report = open_report(request, seat, message)
    typed: dict[str, Any] = {name: request.POST.get(name, "").strip() for name in TYPED}
    typed["mark"] = request.POST.getlist("mark")[:1000]
    wrong = _missing(request, typed)
    if wrong is None:
        try:
            whole, rows = _said(request, report, typed)
            gone = answer_report(here(), seat.desk, report, whole=whole, rows=rows, officer=officer_id(request))
            return after_post(report_path(seat, report), "handed-in" if gone.waiting else "answered")
        except LiaisonError as error:
            told = explained(error)
            wrong = Problem(_INPUTS.get(typed["of"], "answer"), f"{told.what} {told.next}")
    return report_page(request, seat, report, problems=(wrong,), typed=typed)


_INPUTS = {FILE: "file", NUMBERS: "numbers", MARKED: "rows"}


def _missing(request: HttpRequest, typed: dict[str, Any]) -> Problem | None:
    if typed["of"] == FILE:
        return None if request.FILES.get("file") is not None else Problem("file", gettext("Choose a file."))
    if not typed["answer"] and not (typed["of"] == WHOLE and typed["ticket"]):
        return Problem("answer", gettext("Choose what became of the rows."))
    if typed["of"] == MARKED and not typed["mark"]:
        return Problem("rows", gettext("Mark at least one row, or say of which rows you speak."))
    if typed["of"] == NUMBERS and not read_ranges(typed["numbers"]):
        return Problem("numbers", gettext("Write numbers and ranges, for example: 1-200, 205."))
    if typed["of"] not in (WHOLE, MARKED, NUMBERS):
        return Problem("of", gettext("Say of which rows you speak."))
    return None


def _said(request: HttpRequest, report: ReportRead, typed: dict[str, Any]) -> tuple[OfTheWhole, tuple[RowAnswer, ...]]:
    """What the whole file and what single rows are answered. Raises MalformedError."""
    file = request.FILES.get("file")
    if typed["of"] == FILE and file is not None:
        return NOTHING, decode_answers(file.read(LARGEST + 1), rows=report.rows)
    if typed["of"] == WHOLE:
        told = OfTheWhole(
            answer=typed["answer"],
            referred_elsewhere=typed["to"],
            ticket=typed["ticket"],
            remark=typed["remark"],
            lang=language_tag(get_language() or "en"),
        )
        return told, ()
    spans = read_ranges(typed["numbers"]) if typed["of"] == NUMBERS else _marked(typed["mark"])
    group = RowAnswer(typed["answer"], typed["remark"] or None, spans, typed["ticket"] or None, typed["to"] or None)
    return NOTHING, (group,)


def _marked(marks: Iterable[str]) -> tuple[tuple[int, int], ...]:
    return join_ranges((int(text), int(text)) for text in marks if text.isdecimal() and len(text) <= 8)
