"""How does a person answer a message: with an acknowledgement, a reply, or any form that refers to it?

Invariants: an answer goes to all other desks of the case, because a case has fixed parties; an acknowledgement says
when and whether the duty desk saw it, never who, and never means agreement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from liaison.errors import UsageError
from liaison.messages.case import ACKNOWLEDGEMENT
from liaison.messages.forms import check_passing_on
from liaison.messages.message import Core, open_message
from liaison.messages.parties import DeskRef, sorted_desks
from liaison.node.models import IncomingCopy
from liaison.node.models.line import READABLE
from liaison.node.node import Node
from liaison.node.services.line.sending import Letter, SentMessage, send_letter
from liaison.node.unit_of_work import reading
from liaison.wire.canonical import JSON
from liaison.wire.identifiers import format_instant


@dataclass(frozen=True, slots=True)
class Original:
    """A received message that is answered, and the own desk it came to."""

    core: Core
    core_hash: str
    desk: DeskRef


def find_original(node: Node, message_id: str, *, desk: str | None = None) -> Original:
    """The accepted message with this identifier (or its beginning). Raises UsageError."""
    with reading(node):
        rows = IncomingCopy.objects.filter(message_id__startswith=message_id.lower(), verdict="accepted").filter(
            READABLE
        )
        if desk is not None:
            rows = rows.filter(desk=desk)
        found = list(rows.order_by("pk")[:2])
    if not found:
        raise UsageError("message-not-found", message=message_id[:36])
    if len(found) > 1:
        raise UsageError("message-ambiguous", message=message_id[:36])
    row = found[0]
    core = open_message(bytes(row.plaintext)).core
    return Original(core, row.core_hash, DeskRef(row.participant, row.node, row.desk))


def acknowledge(
    node: Node,
    original: Original,
    *,
    by_duty_desk: bool = True,
    answer_expected: str | None = None,
    leased: bool = False,
) -> list[SentMessage]:
    """Tell all desks of the case that a person has seen the message."""
    fields: dict[str, JSON] = {"at": format_instant(node.clock.now()), "by_duty_desk": by_duty_desk}
    if answer_expected is not None:
        fields["answer_expected"] = answer_expected
    return answer(node, original, form=ACKNOWLEDGEMENT, fields=fields, leased=leased)


def answer(
    node: Node, original: Original, *, form: str, fields: Mapping[str, JSON], leased: bool = False, **changes: Any
) -> list[SentMessage]:
    """Send a message in the same case that refers to `original`, under the same label unless told otherwise."""
    return send_letter(node, answer_letter(original, form=form, fields=fields, **changes), leased=leased)


def answer_letter(original: Original, *, form: str, fields: Mapping[str, JSON], **changes: Any) -> Letter:
    """What `answer` sends. Raises UsageError where the label would be weaker than that of the original."""
    core = original.core
    given: dict[str, Any] = {"tlp": core.tlp, "urgency": core.urgency, "marking": core.marking} | changes
    to = sorted_desks(core.parties - {original.desk})
    check_passing_on(core, given["tlp"], to)
    return Letter(
        register=core.register,
        sender=original.desk,
        to=to,
        form=form,
        fields=fields,
        exercise=core.exercise,
        case=core.case,
        re=original.core_hash,
        **given,
    )
