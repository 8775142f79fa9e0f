"""What is attached, is it really to be sent, and who has it? The last pages of a draft.

Invariants:
- Who asks is known before a byte of a file is read; its token is checked as everywhere (`csrf_protect`).
- What is sent is what was shown: the page carries a hash of the draft, and another draft is shown again instead.
- Once sent, nothing waits for the other side: first attempts are made while the officer looks, the rest goes by itself.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from liaison.errors import UsageError
from liaison.messages.lifecycle import IN_OUTBOX
from liaison.node.reads.writing.drafts import DraftRead, read_draft, sent_together
from liaison.node.services.people.officers import Seat
from liaison.node.services.writing.drafts import attach, detach, send_draft
from liaison.node.work.at_once import deliver_within
from liaison.officers.permissions import Action
from liaison.web.forms import Problem
from liaison.web.names import DeskNames
from liaison.web.pages.write.cautions import what_is_lacking
from liaison.web.pages.write.plan import read_plan, surroundings
from liaison.web.pages.write.steps import path_of, place_of, show_step
from liaison.web.pages.write.uploads import SealingUpload, check_length
from liaison.web.requests import at_desk, officer_id, path_to
from liaison.web.said import after_post
from liaison.web.site import here
from liaison.web.words import explained

FIRST_ATTEMPTS = 4.0
"""Seconds the page waits for them."""
REFUSED_HERE = {"draft-changed-elsewhere": "seen", "host-would-read": "host_may_read", "duty-not-on-shift": "clearance"}
"""Refusals that are shown on the check page, and at which part of it."""


@csrf_exempt
@require_POST
@at_desk(Action.WRITE)
def upload(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """Attach files; the token is checked after the upload handler is in place."""
    check_length(request, here())
    request.upload_handlers = [SealingUpload(request, here())]
    return _attach(request, seat, number)


@csrf_protect
def _attach(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    files: Any = request.FILES
    for each in files.getlist("file"):
        attach(here(), place_of(seat), number, officer=officer_id(request), attachment=each.attachment)
    return HttpResponseRedirect(path_of(seat, number, "files"))


@require_POST
@at_desk(Action.WRITE)
def remove(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """Take a file out of a draft."""
    sealed = request.POST.get("sealed", "")
    detach(here(), place_of(seat), number, officer=officer_id(request), sealed=sealed)
    return HttpResponseRedirect(path_of(seat, number, "files"))


@require_POST
@at_desk(Action.WRITE)
def send(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """Send what the check page showed."""
    node, place = here(), place_of(seat)
    draft = read_draft(node, place, number)
    if (gone_before := _gone(seat, draft)) is not None:
        return gone_before
    plan = read_plan(draft, seat, surroundings(request, seat))
    if not plan.complete or what_is_lacking(node, plan, seat):
        return show_step(request, seat, draft, "check", status=400)
    letter = plan.letter(seat, host_may_read=request.POST.get("host_may_read") == "on")
    seen, alone = request.POST.get("seen", ""), request.POST.get("alone") == "on"
    try:
        gone = send_draft(node, place, number, officer=officer_id(request), seen=seen, letter=letter, alone=alone)
    except UsageError as error:
        # Pressed twice, the other request may have sent it since it was read; the browser shows the last answer.
        if (meanwhile := _gone(seat, read_draft(node, place, number))) is not None:
            return meanwhile
        if error.code not in REFUSED_HERE:
            raise
        told = explained(error)
        words = f"{told.what} {told.next}" if error.code == "duty-not-on-shift" else told.what
        problems = (Problem(REFUSED_HERE[error.code], words),)
        return show_step(request, seat, draft, "check", problems=problems, status=409)
    if gone.request:
        return after_post(path_to(seat, f"clearance/{gone.request}"), "handed-in")
    deliver_within(node, [lease for each in gone.sent for lease in each.leases], FIRST_ATTEMPTS)
    after = read_draft(node, place, number)
    return HttpResponseRedirect(path_to(seat, f"write/sent/{after.sent_as}"))


def _gone(seat: Seat, draft: DraftRead) -> HttpResponse | None:
    """The page of what became of a draft that was sent, or that waits for clearance; None for one that is written."""
    if draft.sent_as:
        return HttpResponseRedirect(path_to(seat, f"write/sent/{draft.sent_as}"))
    return HttpResponseRedirect(path_to(seat, f"write/{draft.number}/waiting")) if draft.awaiting else None


@at_desk(Action.WRITE)
def sent(request: HttpRequest, seat: Seat, sent_as: str) -> HttpResponse:
    """Who has it, and what goes on by itself."""
    names = DeskNames(here())
    messages = sent_together(here(), place_of(seat), sent_as)
    rows: list[dict[str, Any]] = [
        {
            "name": names.of(seat.register, copy.desk),
            "state": copy.state,
            "reason": copy.reason,
            "at": copy.at,
            "left": copy.left,
            "trial": copy.trial if copy.trial and copy.trial.refused else None,
            "keeper": names.participant(seat.register, copy.left.by.participant) if copy.left else "",
            "waits": copy.state in IN_OUTBOX,
            "case": path_to(seat, f"cases/{message.case}/"),
        }
        for message in messages
        for copy in message.reach
    ]
    waiting = sum(row["waits"] for row in rows)
    given = {
        "rows": rows,
        "waiting": waiting,
        "arrived": len(rows) - waiting,
        "exercise": any(message.exercise for message in messages),
    }
    return render(request, "web/write/sent.html", given)
