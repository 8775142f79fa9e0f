"""May this evidence go on to somebody else: who asks, and what does whoever collected it answer?

    evidence/9f86…/ask           to whom and why; the same once more; the question goes to whoever collected it
    evidence/answer/019a…        what is asked of this desk; allowed or not; the same once more; the answer goes

Invariants: consent is for the recipient that was asked for and no other; what was typed is kept whatever is wrong with
it, also while it waits for a second person.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from liaison.errors import LiaisonError, UsageError
from liaison.messages.forms import Form
from liaison.messages.forms.strict import strictly
from liaison.messages.parties import DeskRef
from liaison.node.reads.cooperation.evidence import EvidenceRead, OnwardQuestion, onward_question
from liaison.node.services.evidence.arriving import ANSWER, REQUEST
from liaison.node.services.evidence.leaving import ALLOWED
from liaison.node.services.evidence.onward import answer_onward, ask_onward
from liaison.node.services.inside.clearance import Gone
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.forms import Problem, Reading, Typed, read_form, show_form, typed_of
from liaison.web.names import DeskNames
from liaison.web.pages.cases.naming import case_path
from liaison.web.pages.cases.values import fields_of
from liaison.web.pages.evidence.finding import around, find_item, hidden, kept, one, part_of, returned, waits_for
from liaison.web.requests import at_desk, officer_id, path_to
from liaison.web.said import after_post
from liaison.web.site import here
from liaison.web.words import explained

ASKED, ANSWERED = ("recipient", "reason"), ("answer", "remark")


@dataclass(frozen=True, slots=True)
class Page:
    """One of the two pages: about which item, its form, where it stands, and what it sends."""

    item: EvidenceRead
    form: Form
    title: str
    here: str
    action: str
    to: DeskRef
    question: OnwardQuestion | None
    send: Callable[[Reading, Any], Gone]


@require_http_methods(["GET", "POST"])
@at_desk(Action.WRITE)
def asking(request: HttpRequest, seat: Seat, evidence: str) -> HttpResponse:
    """Ask whoever collected it."""
    item, _ = find_item(request, seat, evidence)
    if item.source is None or item.conditions is None:
        raise Http404  # What this desk collected is its own to hand over.

    def send(read: Reading, typed: Any) -> Gone:
        recipient, by = strictly(read.values["recipient"], DeskRef), officer_id(request)
        return ask_onward(here(), seat, item.evidence, recipient, read.values["reason"], by=by, typed=typed)

    form, title = part_of(REQUEST, ASKED), gettext("Ask whether it may be handed on")
    where = path_to(seat, f"evidence/{item.evidence}/")
    return _flow(request, seat, Page(item, form, title, where, "ask", item.source, None, send))


@require_http_methods(["GET", "POST"])
@at_desk(Action.WRITE)
def answering(request: HttpRequest, seat: Seat, message: str) -> HttpResponse:
    """Answer for evidence that this desk collected."""
    try:
        question = onward_question(here(), seat.register, seat.desk, message)
    except UsageError as error:
        raise Http404 from error
    item, _ = find_item(request, seat, question.evidence)

    def send(read: Reading, typed: Any) -> Gone:
        allowed, by = read.values["answer"] == ALLOWED, officer_id(request)
        remark, told = read.values.get("remark"), {**typed, "message": [question.core.id]}
        return answer_onward(here(), seat, question.core.id, allowed=allowed, by=by, remark=remark, typed=told)

    form, title = part_of(ANSWER, ANSWERED), gettext("May it be handed on?")
    where = path_to(seat, "evidence/answer/")
    return _flow(request, seat, Page(item, form, title, where, question.core.id, question.core.sender, question, send))


def _flow(request: HttpRequest, seat: Seat, page: Page) -> HttpResponse:
    """The form, the last look, the message."""
    if request.method != "POST":
        return _form(request, seat, page, returned(request, seat, page.form.id))
    typed = typed_of(request.POST)
    read = read_form(page.form, typed, around(request, seat))
    if one(typed, "go") == "change" or read.problems:
        return _form(request, seat, page, typed, read.problems if one(typed, "go") != "change" else ())
    if one(typed, "go") != "send":
        return _check(request, seat, page, typed, read)
    try:
        gone = page.send(read, kept(typed, evidence=page.item.evidence))
    except LiaisonError as error:
        first = next(iter(page.form.fields))
        return _form(request, seat, page, typed, (Problem(f"field-{first}", explained(error).what),))
    return after_post(case_path(seat, page.item.case), "handed-in" if gone.request else "sent")


def _form(
    request: HttpRequest, seat: Seat, page: Page, typed: Typed, problems: tuple[Problem, ...] = ()
) -> HttpResponse:
    surroundings = around(request, seat)
    read = read_form(page.form, typed, surroundings, complete=False)
    view = show_form(page.form, replace(read, problems=problems or read.problems), surroundings)
    given = _given(seat, page) | {"form_view": view, "problems": problems}
    return render(request, "web/evidence/onward.html", given, status=400 if problems else 200)


def _check(request: HttpRequest, seat: Seat, page: Page, typed: Typed, read: Reading) -> HttpResponse:
    given = _given(seat, page) | {
        "fields": list(fields_of(page.form, seat.register, read.values, DeskNames(here()))),
        "inputs": hidden(typed),
        "waits": waits_for(seat, page.form.id, "routine"),
    }
    return render(request, "web/evidence/onward_check.html", given)


def _given(seat: Seat, page: Page) -> dict[str, Any]:
    names, asked = DeskNames(here()), page.question
    return {
        "each": page.item,
        "title": page.title,
        "here": page.here,
        "action": page.action,
        "to": names.of(seat.register, page.to),
        "item": path_to(seat, f"evidence/{page.item.evidence}/"),
        "recipient": names.of(seat.register, asked.recipient) if asked is not None else None,
        "reason": asked.fields.get("reason") if asked is not None else None,
    }


ROUTES = [
    path("evidence/answer/<slug:message>", answering, name="evidence-answer"),
    path("evidence/<slug:evidence>/ask", asking, name="evidence-ask"),
]
