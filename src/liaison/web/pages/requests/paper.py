"""How does an officer get a request on paper? As PDF in one or two languages, of a message or of a draft.

    cases/0192f0b7-…/paper/0192f0c1-…?in=fr&and=ar        write/12/paper?in=fr

Invariants: only what is a request has such a page; a message is printed with the newest answer to it, if there is one,
a draft with whatever stands in it so far; what is printed of a case is in the audit trail.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET

from liaison.cooperation.catalogue import load_catalogue
from liaison.cooperation.paper import ANSWER
from liaison.node.reads.desk.thread import Entry, Thread
from liaison.node.reads.writing.drafts import Place, read_draft
from liaison.node.services.people.audit import note
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.permissions import Action
from liaison.web.languages import Language, languages
from liaison.web.letters.request import Asked, make_request
from liaison.web.names import DeskNames
from liaison.web.pages.cases.held import find_held
from liaison.web.pages.cases.naming import reader_of
from liaison.web.pages.cases.thread import open_thread
from liaison.web.pages.write.plan import read_plan, surroundings
from liaison.web.requests import at_desk, officer_id
from liaison.web.site import here
from liaison.wire.identifiers import parse_instant


@require_GET
@at_desk(Action.READ_CASE)
def of_message(request: HttpRequest, seat: Seat, case: str, message: str) -> HttpResponse:
    """A request of a case as PDF."""
    thread, found = open_thread(request, seat, case), find_held(seat, case)
    if not reader_of(request, found.seat).may(case) or not (found.held.own or found.held.answers):
        raise Http404
    entry = next((each for each in thread.entries if each.message_id == message and not each.rejected), None)
    if entry is None or entry.core.form not in load_catalogue():
        raise Http404
    wanted, names = _languages(request), DeskNames(here())
    core = entry.core
    asked = Asked(
        form=core.form,
        fields=entry.fields,
        sender=str(names.of(core.register, core.sender)),
        recipients=tuple(str(names.of(core.register, desk)) for desk in core.to),
        composed=parse_instant(core.composed),
        fingerprint=entry.core_hash,
        exercise=core.exercise,
        urgency=core.urgency,
        answer=_answer(thread, entry),
    )
    data = make_request(asked, wanted, at=here().clock.now())
    with unit_of_work(here()):
        note(here(), "request-printed", officer=officer_id(request), subject=case, params={"message": message})
    return _file(data, f"{'exercise-' if core.exercise else ''}request-{message}.pdf")


def _answer(thread: Thread, asked: Entry) -> Any:
    """What the newest answer to it says."""
    answers = [
        each.fields
        for each in thread.entries
        if each.core.form == ANSWER and each.core.re == asked.core_hash and not each.rejected
    ]
    return answers[-1] if answers else None


@require_GET
@at_desk(Action.WRITE)
def of_draft(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """A draft of a request as PDF."""
    draft = read_draft(here(), Place(seat.register, seat.desk), number)
    if draft.form not in load_catalogue():
        raise Http404
    plan, names, now = read_plan(draft, seat, surroundings(request, seat)), DeskNames(here()), here().clock.now()
    asked = Asked(
        form=draft.form,
        fields=plan.reading.values,
        sender=str(names.of(seat.register, seat.desk)),
        recipients=tuple(str(names.of(seat.register, desk)) for desk in plan.to),
        composed=now,
        fingerprint="",
        exercise=plan.exercise,
        urgency=plan.urgency,
    )
    return _file(make_request(asked, _languages(request), at=now), f"draft-{number}.pdf")


def _languages(request: HttpRequest) -> tuple[Language, ...]:
    """The languages asked for; without a second one the page has the first alone."""
    first, second = (languages().get(request.GET.get(name, "")) for name in ("in", "and"))
    if first is None:
        raise Http404
    return (first, second) if second is not None else (first,)


def _file(data: bytes, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


ROUTES = [
    path("cases/<slug:case>/paper/<slug:message>", of_message, name="request-paper"),
    path("write/<int:number>/paper", of_draft, name="request-draft-paper"),
]
