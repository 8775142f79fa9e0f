"""How does an officer answer from a page: acknowledge with one action, or say something in a form of the case?

    acknowledge_message(node, desk, message_id, officer=7)          True, or False when it was done before
    say(node, desk, Saying(case=…, form="reply", re=message_id, fields={…}), officer=7)

Invariants: an acknowledgement is sent once a message, however often the button is pressed; who answers a message that
is owed an acknowledgement has seen it, so the acknowledgement goes first; the message, what it changes and the line of
the audit trail are there together or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from liaison.errors import UsageError
from liaison.messages.forms import check_passing_on, latest_form
from liaison.messages.message import Attachment, Core, Tlp, Urgency, open_message
from liaison.messages.parties import DeskRef, sorted_desks
from liaison.node.models import Case, IncomingCopy, OutgoingMessage
from liaison.node.models.line import READABLE
from liaison.node.node import Node
from liaison.node.reads.desk.kept import require_writable
from liaison.node.reads.desk.listing import of_desk
from liaison.node.services.escalation.keeping import note_has
from liaison.node.services.inside.clearance import Asking, Gone, send_or_ask
from liaison.node.services.line.acknowledging import Original, acknowledge, answer_letter
from liaison.node.services.line.sending import Letter
from liaison.node.services.people.audit import note
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.wire.canonical import JSON

NOTHING: Mapping[str, Sequence[str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """What an officer says in a case; `re` is the identifier of the message it refers to, empty for none."""

    case: str
    form: str
    fields: Mapping[str, JSON]
    re: str = ""
    stage: str | None = None
    tlp: Tlp | None = None
    urgency: Urgency | None = None
    wanted_by: str | None = None
    host_may_read: bool = False
    alone: bool = False
    attachments: tuple[Attachment, ...] = ()


def acknowledge_message(
    node: Node, desk: DeskRef, message_id: str, *, officer: int, answer_expected: str | None = None
) -> bool:
    """Tell the other side that a person of this desk has seen a message; whether it was still to be told.

    Raises UsageError when the desk has no such message.
    """
    with unit_of_work(node):
        rows = IncomingCopy.objects.select_for_update().filter(**of_desk(desk), message_id=message_id)
        row = rows.filter(verdict="accepted").first()
        if row is None:
            raise UsageError("message-not-found", message=message_id[:36])
        note_has(node, desk, message_id, officer=officer)
        if not row.owed:
            return False
        original = Original(open_message(bytes(row.plaintext)).core, row.core_hash, desk)
        acknowledge(node, original, answer_expected=answer_expected)
        note(node, "message-acknowledged", officer=officer, subject=message_id)
    return True


def say(
    node: Node,
    desk: DeskRef,
    saying: Saying,
    *,
    officer: int,
    typed: Mapping[str, Sequence[str]] = NOTHING,
    leased: bool = False,
) -> Gone:
    """Send a message in a case of the desk, or have it wait for clearance with what was `typed`; `leased` keeps the
    first attempt for the caller.

    Raises UsageError, MalformedError for fields that do not fit.
    """
    with unit_of_work(node):
        require_writable(desk, saying.case)
        about = find_said(node, desk, saying.case, saying.re) if saying.re else first_said(node, desk, saying.case)
        if saying.re:
            acknowledge_if_owed(node, desk, saying.re, officer=officer)
        if saying.re and latest_form(saying.form).re != "never":
            letter = answer_letter(about, form=saying.form, fields=saying.fields, **_changes(saying))
        else:
            letter = _letter(about, saying)
        gone = send_or_ask(node, letter, Asking(officer=officer, alone=saying.alone, typed=typed, leased=leased))
        for sent in gone.sent:
            note(node, "message-sent", officer=officer, subject=sent.message_id, params={"form": saying.form})
    return gone


def acknowledge_if_owed(node: Node, desk: DeskRef, message_id: str, *, officer: int) -> None:
    """Inside a unit of work: acknowledge a received message that nobody acknowledged yet."""
    if IncomingCopy.objects.filter(**of_desk(desk), message_id=message_id, owed=True).exists():
        acknowledge_message(node, desk, message_id, officer=officer)


def find_said(node: Node, desk: DeskRef, case: str, message_id: str) -> Original:
    """A message of a case by its whole identifier, whoever said it. Raises UsageError."""
    with reading(node):
        named = {**of_desk(desk), "case": case, "message_id": message_id}
        row = IncomingCopy.objects.filter(READABLE, **named, verdict="accepted").first()
        if row is not None:
            return Original(open_message(bytes(row.plaintext)).core, row.core_hash, desk)
        return _written(OutgoingMessage.objects.filter(**named).first(), desk, message_id)


def first_said(node: Node, desk: DeskRef, case: str) -> Original:
    """The message that opened a case, for what every message of it has in common. Raises UsageError."""
    with reading(node):
        row = Case.objects.filter(**of_desk(desk), case=case).first()
        if row is None:
            raise UsageError("case-not-found", case=case[:36])
        named = {**of_desk(desk), "case": case}
        if row.ours:
            mine = OutgoingMessage.objects.filter(**named).exclude(core=b"").order_by("pk")
            return _written(mine.first(), desk, case)
        received = IncomingCopy.objects.filter(READABLE, **named, verdict="accepted").order_by("pk").first()
        if received is None:
            raise UsageError("message-not-found", message=case[:36])
        return Original(open_message(bytes(received.plaintext)).core, received.core_hash, desk)


def _written(row: Any, desk: DeskRef, name: str) -> Original:
    copy = row.copies.filter(READABLE).order_by("pk").first() if row is not None else None
    if copy is None:
        raise UsageError("message-not-found", message=name[:36])
    return Original(open_message(bytes(copy.plaintext)).core, row.core_hash, desk)


def _changes(saying: Saying) -> dict[str, Any]:
    """What the officer decided beside the fields; what they left alone is as in the message they refer to."""
    names = ("stage", "tlp", "urgency", "wanted_by", "host_may_read", "attachments")
    given = {name: getattr(saying, name) for name in names}
    return {name: value for name, value in given.items() if value}


def _letter(about: Original, saying: Saying) -> Letter:
    """A message in the case that refers to no other."""
    core: Core = about.core
    given: dict[str, Any] = {"tlp": core.tlp, "urgency": core.urgency, "marking": core.marking} | _changes(saying)
    to = sorted_desks(core.parties - {about.desk})
    check_passing_on(core, given["tlp"], to)
    return Letter(
        register=core.register,
        sender=about.desk,
        to=to,
        form=saying.form,
        fields=saying.fields,
        exercise=core.exercise,
        case=core.case,
        **given,
    )
