"""What did a desk of this participant on another node share with this one, and what does this one answer?

    cases/019a…/shared           the case as that desk has it, verified now: read it, take it over, give it back
    clearance/elsewhere/12       a letter of that desk that waits for this one's word

Invariants: nothing of what came is shown before it was verified; what does not hold is told with its reason and shows
no word of it; it is read-only, and says which desk shared it and what for.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_POST

from liaison.errors import LiaisonError
from liaison.messages.forms import latest_form
from liaison.messages.inside import CLEARED, HANDED_OVER, REFUSED, TAKEN_OVER
from liaison.messages.transcript import Statement
from liaison.node.models.inside import REASON
from liaison.node.reads.inside.between import (
    InternalRead,
    LetterElsewhere,
    Shared,
    find_elsewhere,
    find_internal,
    read_letter,
    read_shared,
    waiting_elsewhere,
)
from liaison.node.services.inside.between.answering import give_up, take_over
from liaison.node.services.inside.between.clearing import decide
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.forms.languages import language_tag
from liaison.web.names import DeskNames
from liaison.web.pages.cases.naming import case_path, reader_of
from liaison.web.pages.cases.values import fields_of, form_title, shown_fields
from liaison.web.requests import at_desk, officer_id, path_to
from liaison.web.said import after_post
from liaison.web.site import here
from liaison.web.words import explained
from liaison.wire.canonical import JSON
from liaison.wire.identifiers import parse_instant


@at_desk(Action.READ_CASE)
def shared(request: HttpRequest, seat: Seat, case: str) -> HttpResponse:
    """The case that was shared, as the other desk has it."""
    return _show(request, seat, _internal(request, seat, case))


def _show(request: HttpRequest, seat: Seat, row: InternalRead, *, refused: Any = None) -> HttpResponse:
    names, failed, found = DeskNames(here()), None, None
    try:
        found = read_shared(here(), seat, row.internal)
    except LiaisonError as error:
        failed = explained(error)
    writes, now = seat.may(Action.WRITE) and row.state != "ended", here().clock.now()
    offered = (row.state, row.purpose) == ("open", HANDED_OVER)
    given = {
        "row": row,
        "by": names.of(seat.register, row.other),
        "shared": found,
        "statements": [_statement(seat, each, names) for each in _said(found)],
        "parties": [names.of(seat.register, each) for each in found.report.parties] if found else [],
        "findings": [each.code.value for each in found.report.findings] if found else [],
        "files": _files(found),
        "failed": failed,
        "refused": refused,
        "offered": offered,
        "may_take": writes and found is not None and offered and (row.offer is None or row.offer.stands(now)),
        "now": now,
        "may_give": writes,
        "taken": row.state == TAKEN_OVER,
        "here": case_path(seat, row.internal),
        "limit": REASON,
    }
    return render(request, "web/inside/shared_case.html", given, status=400 if refused or failed else 200)


def _statement(seat: Seat, each: Statement, names: DeskNames) -> dict[str, Any]:
    heard = [
        {"by": names.of(seat.register, told.desk), "at": parse_instant(told.received), "verdict": told.verdict}
        for told in each.heard
    ]
    return {
        "each": each,
        "title": form_title(each.core),
        "sender": names.of(seat.register, each.core.sender),
        "at": parse_instant(each.core.composed),
        "fields": shown_fields(each.core, each.fields, names),
        "withheld": len(each.withheld),
        "heard": heard,
    }


def _said(found: Shared | None) -> list[Statement]:
    """What was said in the case, and then what came by mail or from a guest, marked as the other desk's word."""
    return [*found.report.statements, *found.report.asserted] if found is not None else []


def _files(found: Shared | None) -> list[str]:
    """The names of the files that came with the transcript."""
    return [each.name for each in found.core.attachments[1:]] if found is not None else []


def _internal(request: HttpRequest, seat: Seat, case: str) -> InternalRead:
    row = find_internal(here(), seat, case)
    if row is None or row.ours or not reader_of(request, seat).may(case):
        raise Http404
    return row


@require_POST
@at_desk(Action.WRITE)
def answer(request: HttpRequest, seat: Seat, case: str) -> HttpResponse:
    """Take it over, refuse it, or give it back."""
    row, by = _internal(request, seat, case), officer_id(request)
    try:
        if request.POST.get("what") == "take":
            told = take_over(here(), seat, case, by=by)
            return after_post(case_path(seat, told[0].case) if told else case_path(seat, case), "taken-over")
        give_up(here(), seat, case, by=by, remark=_remark(request))
    except LiaisonError as error:
        return _show(request, seat, row, refused=explained(error))
    return after_post(path_to(seat), "given-back")


def _remark(request: HttpRequest) -> JSON:
    """What was typed, in the language of its writer; nothing for an empty input."""
    user: Any = request.user
    text = request.POST.get("reason", "").strip()
    return {"lang": language_tag(user.language), "text": text} if text else None


def elsewhere_rows(seat: Seat, names: DeskNames) -> list[dict[str, Any]]:
    """The letters of other nodes' desks that wait here, as rows of a list."""
    return [
        {
            "each": each,
            "path": path_to(seat, f"clearance/elsewhere/{each.number}"),
            "desk": names.of(seat.register, each.other),
        }
        for each in waiting_elsewhere(here(), seat)
    ]


@at_desk(Action.READ_CASE)
def letter(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """One letter, as its recipients will see it."""
    return _show_letter(request, seat, _letter(request, seat, number))


def _show_letter(request: HttpRequest, seat: Seat, row: LetterElsewhere, *, refused: Any = None) -> HttpResponse:
    names, failed, proposal = DeskNames(here()), None, None
    try:
        proposal, _ = read_letter(here(), seat, row.number)
    except LiaisonError as error:
        failed = explained(error)
    now = here().clock.now()
    form = latest_form(proposal.form) if proposal else None
    given = {
        "each": row,
        "letter": proposal,
        "by": names.of(seat.register, row.other),
        "to": [names.of(seat.register, each) for each in proposal.to] if proposal else [],
        "fields": list(fields_of(form, seat.register, proposal.fields, names)) if proposal and form else [],
        "here": path_to(seat, f"clearance/elsewhere/{row.number}"),
        "case": case_path(seat, row.internal, "shared"),
        "may_decide": proposal is not None and seat.may(Action.CLEAR) and not row.answer and row.deadline > now,
        "over": not row.answer and row.deadline <= now,
        "now": now,
        "failed": failed,
        "refused": refused,
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "web/inside/letter.html", given, status=400 if refused or failed else 200)


def _letter(request: HttpRequest, seat: Seat, number: int) -> LetterElsewhere:
    row = find_elsewhere(here(), seat, number)
    if row is None or not reader_of(request, seat).may(row.internal):
        raise Http404
    return row


@require_POST
@at_desk(Action.CLEAR)
def decide_letter(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """Clear it, or return it with a reason."""
    row = _letter(request, seat, number)
    word = CLEARED if request.POST.get("what") == "clear" else REFUSED
    try:
        decide(here(), seat, number, word, by=officer_id(request), remark=_remark(request))
    except LiaisonError as error:
        return _show_letter(request, seat, row, refused=explained(error))
    return after_post(path_to(seat, "clearance/"), f"{word}-elsewhere")


ROUTES = [
    path("cases/<slug:case>/shared", shared, name="case-shared"),
    path("cases/<slug:case>/shared/answer", answer, name="case-shared-answer"),
    path("clearance/elsewhere/<int:number>", letter, name="clearance-elsewhere"),
    path("clearance/elsewhere/<int:number>/decide", decide_letter, name="clearance-elsewhere-decide"),
]
