"""What would others see of this report, and how does it leave: proposed by one, approved by another, or as a file?

    conduct/own/3/check         every answer with who sees it, what is left out, and what is wrong
    conduct/own/3/propose       (POST) what was seen becomes the open proposal        …/withdraw   …/approve
    conduct/own/3/difference    what changed since last year
    conduct/own/3/paper?in=fr   PDF                conduct/own/3/export    the whole draft as a file
    conduct/own/import          (POST) a file of a report becomes a draft, or stands beside what is there

Invariants:
- What is proposed is what was seen: a draft that changed meanwhile is shown again first.
- Nothing is published by whoever proposed it while somebody else of the participant may approve.
- An export holds every answer, those for the participant alone too: the page says so before it is taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from liaison.conduct.asking import Asks
from liaison.conduct.differences import difference
from liaison.conduct.reports import Answer, Report, decode_report, encode_report
from liaison.errors import MalformedError, UsageError
from liaison.node.reads.conduct.assembled import assembled_report, last_report, whole_draft
from liaison.node.reads.conduct.audiences import Participants, Seen, participants_of
from liaison.node.reads.conduct.drafting import DraftedReport, read_report_draft
from liaison.node.services.conduct.own.importing import import_report
from liaison.node.services.conduct.own.proposing import (
    approve_report,
    may_approve_report,
    propose_report,
    withdraw_report_proposal,
)
from liaison.node.services.people.audit import note
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.permissions import Action
from liaison.web.entrance.reauthentication import recently_signed_in
from liaison.web.languages import languages
from liaison.web.letters.implementation import PrintedAnswer, make_report
from liaison.web.pages.conduct.own.inputs import problems_of
from liaison.web.pages.conduct.own.places import asked_of_draft, clause_path, path_of, text_of
from liaison.web.requests import at_desk, officer_id
from liaison.web.said import after_post
from liaison.web.site import here
from liaison.web.words import code_word

LARGEST = 4 << 20


@dataclass(frozen=True, slots=True)
class Shown:
    """One answer of a report: what its clause asks, and who sees it."""

    asks: Asks | None
    answer: Answer
    seen: Seen
    names: tuple[str, ...]
    path: str


@require_GET
@at_desk(Action.REPORT)
def check(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """The report as it would be published, and what is left out of it."""
    draft = read_report_draft(here(), seat.register, seat.desk, number)
    return _check(request, seat, draft)


def _check(request: HttpRequest, seat: Seat, draft: DraftedReport, *, status: int = 200, **more: Any) -> HttpResponse:
    text, known = text_of(draft), participants_of(here(), seat.register)
    made = assembled_report(here(), seat.register, seat.desk, draft)
    asked = asked_of_draft(draft, text)
    proposal = draft.proposal
    given = {
        "draft": draft,
        "text": text,
        "answers": list(_shown(seat, draft, made.report, (asked, known))),
        "in_work": [(asked.get(name), clause_path(seat, draft.number, name)) for name in made.in_work],
        "unsettled": [(asked.get(name), clause_path(seat, draft.number, name, "both")) for name in draft.unsettled],
        "faults": [
            (asked.get(name), clause_path(seat, draft.number, name), problems_of(found))
            for name, found in made.faults.items()
        ],
        "unanswered": len(asked) - len(draft.answers),
        "proposal": proposal,
        "changed": proposal is not None and not made.faults and proposal.plan != encode_report(made.report),
        "may_approve": proposal is not None
        and seat.may(Action.PUBLISH)
        and may_approve_report(here(), seat.register, seat.desk, by=proposal.by, officer=officer_id(request)),
        "may_publish": seat.may(Action.PUBLISH),
        "paper_languages": languages().values(),
        "here_path": path_of(seat, draft.number),
        "stale": False,
    }
    return render(request, "web/conduct/own/check.html", given | more, status=status)


def _shown(
    seat: Seat, draft: DraftedReport, report: Report, known: tuple[Mapping[str, Asks], Participants]
) -> Iterator[Shown]:
    asked, participants = known
    by_clause = {each.clause: each for each in report.answers}
    for clause in (*asked, *(name for name in by_clause if name not in asked)):
        answer = by_clause.get(clause)
        if answer is not None:
            seen = participants.seen_by(answer.audience, own=seat.desk.participant)
            names = tuple(participants.name(each) for each in seen.participants)
            yield Shown(asked.get(clause), answer, seen, names, clause_path(seat, draft.number, clause))


@require_POST
@at_desk(Action.REPORT)
def propose(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """Propose to publish what was seen."""
    seen = request.POST.get("seen", "")
    try:
        propose_report(here(), seat.register, seat.desk, number, seen=seen, officer=officer_id(request))
    except UsageError as error:
        if error.code != "report-draft-changed":
            raise
        draft = read_report_draft(here(), seat.register, seat.desk, number)
        return _check(request, seat, draft, status=409, stale=True)
    return after_post(path_of(seat, number, "check"), "report-proposed")


@require_POST
@at_desk(Action.REPORT)
def withdraw(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """Take the proposal back."""
    withdraw_report_proposal(here(), seat.register, seat.desk, number, officer=officer_id(request))
    return after_post(path_of(seat, number, "check"), "report-proposal-withdrawn")


@recently_signed_in
@require_POST
@at_desk(Action.PUBLISH)
def approve(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """Publish the proposal."""
    approve_report(here(), seat.register, seat.desk, number, officer=officer_id(request))
    return after_post(path_of(seat, number, "check"), "report-published")


@require_GET
@at_desk(Action.REPORT)
def changes(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """What changed since the year before, answer by answer."""
    draft = read_report_draft(here(), seat.register, seat.desk, number)
    text, before = text_of(draft), last_report(here(), seat.register, seat.desk, draft)
    now, asked = whole_draft(here(), seat.register, seat.desk, draft), asked_of_draft(draft, text)
    found = difference(before, now.report)
    given = {
        "draft": draft,
        "text": text,
        "before": draft.period - 1 if before is not None else None,
        "rows": [(asked.get(each.clause), each, tuple(map(_audience, each.audience or ()))) for each in found],
        "here_path": path_of(seat, number),
    }
    return render(request, "web/conduct/own/difference.html", given)


def _audience(audience: str) -> str:
    return code_word("answer-audience", audience.partition(":")[0])


@require_GET
@at_desk(Action.REPORT)
def paper(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """The draft as PDF, in the language asked for."""
    language = languages().get(request.GET.get("in", ""))
    if language is None:
        raise Http404
    draft = read_report_draft(here(), seat.register, seat.desk, number)
    text, known = text_of(draft), participants_of(here(), seat.register)
    report = whole_draft(here(), seat.register, seat.desk, draft).report
    rows = [_printed(each) for each in _shown(seat, draft, report, (asked_of_draft(draft, text), known))]
    name = known.name(seat.desk.participant)
    data = make_report((text, name, draft.period), rows, language, at=here().clock.now())
    _noted(request, seat, draft, "report-printed")
    return _file(data, f"{draft.instrument}-{draft.period}-{language.tag}.pdf", "application/pdf")


def _printed(shown: Shown) -> PrintedAnswer:
    asks = shown.asks
    place = f"{asks.place}  {asks.en}".strip() if asks is not None else shown.answer.clause
    return PrintedAnswer(place, asks.text if asks is not None else "", shown.answer, shown.seen.public, shown.names)


@require_GET
@at_desk(Action.REPORT)
def export(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """The whole draft as the file that another program, or another node of the participant, reads."""
    draft = read_report_draft(here(), seat.register, seat.desk, number)
    report = whole_draft(here(), seat.register, seat.desk, draft).readable()
    _noted(request, seat, draft, "report-exported")
    return _file(encode_report(report), f"{draft.instrument}-{draft.period}.json", "application/json")


@require_POST
@at_desk(Action.REPORT)
def bring_in(request: HttpRequest, seat: Seat) -> HttpResponse:
    """A file of a report becomes a draft; where one is begun, what differs stands beside its answers."""
    file = request.FILES.get("file")
    if file is None:
        raise UsageError("report-file-missing")
    if (file.size or 0) > LARGEST:
        raise MalformedError("report-malformed", detail=gettext("the file is too large"))
    report = decode_report(file.read())
    number = import_report(here(), seat.register, seat.desk, report, officer=officer_id(request))
    return HttpResponseRedirect(path_of(seat, number) + "?said=report-imported")


def _noted(request: HttpRequest, seat: Seat, draft: DraftedReport, action: str) -> None:
    with unit_of_work(here()):
        note(here(), action, officer=officer_id(request), subject=draft.instrument, params={"period": draft.period})


def _file(data: bytes, name: str, media_type: str) -> HttpResponse:
    response = HttpResponse(data, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
