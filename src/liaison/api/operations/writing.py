"""How does a program speak for its desk: check, send, reply, acknowledge?

    draft → POST /checks (would it go?) → POST /messages (it is durable, and sent or waits for clearance)

Invariants: the same services as the pages, so the same clearance, labels, pinned keys and audit lines; a message is
sent once a key; whoever replies has seen the message, so it is acknowledged first, as on a page.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from liaison.api.authentication import bearer_of, scoped
from liaison.api.operations.cases import Identifier, readable_message, router
from liaison.api.problems import PROBLEMS
from liaison.api.repeats import KEY, repeatable
from liaison.api.shapes import writing as shapes
from liaison.errors import UsageError
from liaison.messages.message import Attachment
from liaison.messages.parties import sorted_desks
from liaison.node.current import here
from liaison.node.reads.recipients import find_recipient
from liaison.node.services.desk.answering import Saying, acknowledge_message, say
from liaison.node.services.inside import clearance
from liaison.node.services.inside.clearance import Asking, send_or_ask
from liaison.node.services.inside.sharing import answering_desk
from liaison.node.services.line.sending import Letter, check_letter
from liaison.node.services.people.audit import note
from liaison.node.services.programs.tokens import Bearer
from liaison.node.services.programs.uploads import find_uploads, take_uploads
from liaison.node.unit_of_work import reading
from liaison.officers.tokens import Scope

WRITES: Any = {"auth": scoped(Scope.SEND), "tags": ["writing"]}
SENT, WAITS = 201, 202


@router.post("/checks", response={200: shapes.Checked, **PROBLEMS}, summary="Would it be sent?", **WRITES)
def check(request: HttpRequest, given: shapes.NewMessage) -> shapes.Checked:
    """Everything that sending checks, without sending: form, label, recipients, keys, clearance."""
    bearer = bearer_of(request)
    letter = _letter(bearer, given, find_uploads(here(), bearer.seat, given.attachments))
    exercise = check_letter(here(), letter)
    with reading(here()):
        waits = clearance.waits(letter, alone=given.alone)
    return shapes.Checked(exercise=exercise, waits=waits)


@router.post(
    "/messages",
    response={SENT: shapes.Gone, WAITS: shapes.Gone, **PROBLEMS},
    openapi_extra=KEY,
    **WRITES,
    summary="Send a message",
)
def send(request: HttpRequest, given: shapes.NewMessage) -> HttpResponse:
    """Begin a case with a message. 201: durable and on its way. 202: it waits for a second person to clear it."""
    bearer = bearer_of(request)

    def do() -> tuple[int, shapes.Gone]:
        letter = _letter(bearer, given, take_uploads(here(), bearer.seat, given.attachments))
        gone = send_or_ask(here(), letter, Asking(officer=bearer.officer, alone=given.alone))
        for each in gone.sent:
            told = {"form": given.form}
            note(here(), "message-sent", officer=bearer.officer, subject=each.message_id, params=dict(told))
        return _gone(gone)

    return repeatable(request, do)


@router.post(
    "/messages/{message}/replies",
    response={SENT: shapes.Gone, WAITS: shapes.Gone, **PROBLEMS},
    openapi_extra=KEY,
    **WRITES,
    summary="Reply to a message",
)
def reply(request: HttpRequest, message: Identifier, given: shapes.Reply) -> HttpResponse:
    """Answer a message of a case in a form that refers to it: a reply, a correction, a close, to all its desks."""
    bearer = bearer_of(request)
    case = readable_message(request, message).listed.case
    if answering_desk(here(), bearer.seat, case) != bearer.seat.desk:
        raise UsageError("case-only-shared")

    def do() -> tuple[int, shapes.Gone]:
        saying = Saying(
            case=case,
            form=given.form,
            fields=given.fields,
            re=message,
            attachments=take_uploads(here(), bearer.seat, given.attachments),
            **_how(given),
        )
        return _gone(say(here(), bearer.seat.desk, saying, officer=bearer.officer))

    return repeatable(request, do)


@router.post(
    "/messages/{message}/acknowledge",
    response={200: shapes.Acknowledged, **PROBLEMS},
    auth=scoped(Scope.ACKNOWLEDGE),
    tags=["writing"],
    summary="Acknowledge a message",
)
def acknowledge(request: HttpRequest, message: Identifier, given: shapes.Acknowledgement) -> shapes.Acknowledged:
    """Say that a person of the desk has seen it: only when one has. Sent once, however often it is asked for."""
    bearer = bearer_of(request)
    fresh = acknowledge_message(
        here(), bearer.seat.desk, message, officer=bearer.officer, answer_expected=given.answer_expected
    )
    return shapes.Acknowledged(fresh=fresh)


def _letter(bearer: Bearer, given: shapes.NewMessage, attachments: tuple[Attachment, ...]) -> Letter:
    register = bearer.seat.register
    to = sorted_desks({find_recipient(here(), register, text) for text in given.to})
    if len(to) > 1 and given.together is None:
        raise UsageError("together-or-each", count=len(to))
    if bearer.seat.desk in to:
        raise UsageError("recipient-own-desk")
    here().config.markings.check(given.marking or "")
    how = {name: value for name, value in _how(given).items() if name != "alone" and value is not None}
    return Letter(
        register=register,
        sender=bearer.seat.desk,
        to=to,
        form=given.form,
        fields=given.fields,
        marking=given.marking or None,
        exercise=given.exercise,
        together=given.together is not False,
        attachments=attachments,
        **how,
    )


def _how(given: shapes.Words) -> dict[str, Any]:
    return {name: getattr(given, name) for name in ("stage", "tlp", "urgency", "wanted_by", "host_may_read", "alone")}


def _gone(gone: clearance.Gone) -> tuple[int, shapes.Gone]:
    sent = [shapes.Sent(message=each.message_id, case=each.case, core_hash=each.core_hash) for each in gone.sent]
    return (WAITS if gone.request else SENT), shapes.Gone(sent=sent, waits=gone.request or None)
