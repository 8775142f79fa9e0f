"""How does a desk say something in an internal case? To the other desk alone, under the label of what was shared.

Invariants: the label, urgency and exercise flag are those of the newest share, unless what is said has a stricter one;
no rule of clearance holds up what passes between desks of the own participant; whoever shared a case with a hosted desk
agreed that the host reads it, and with it what is said of it under no stricter label.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from liaison.errors import UsageError
from liaison.messages.forms.sharing import STRICTNESS
from liaison.messages.inside import ANSWER
from liaison.messages.message import LARGEST_MESSAGE, Attachment, Core, Tlp, open_message
from liaison.messages.parties import DeskRef
from liaison.node.models import IncomingCopy, InternalCase, OutgoingMessage
from liaison.node.models.line import READABLE
from liaison.node.node import Node
from liaison.node.reads.inside.rules import columns
from liaison.node.services.line.sending import Letter, SentMessage, send_letter
from liaison.wire.canonical import JSON, decode_struct


def share_of(row: Any) -> Core:
    """The newest share of an internal case, whichever desk sent it. Raises UsageError where its text is gone."""
    place = columns(row.register, DeskRef(row.participant, row.node, row.desk))
    named = {**place, "message_id": row.message_id}
    if row.ours:
        core = OutgoingMessage.objects.filter(**named).exclude(core=b"").values_list("core", flat=True).first()
        if core is not None:
            return decode_struct(bytes(core), Core, limit=LARGEST_MESSAGE)
    else:
        copy = IncomingCopy.objects.filter(READABLE, **named, verdict="accepted").first()
        if copy is not None:
            return open_message(bytes(copy.plaintext)).core
    raise UsageError("message-not-found", message=row.message_id)


def speak(
    node: Node,
    row: InternalCase,
    form: str,
    fields: Mapping[str, JSON],
    *,
    re: str = "",
    tlp: Tlp = "clear",
    attachments: tuple[Attachment, ...] = (),
) -> SentMessage:
    """Inside a unit of work: send it; by default it refers to the newest share. Raises what `send_letter` raises."""
    share = share_of(row)
    label = max(share.tlp, tlp, key=STRICTNESS.__getitem__)
    letter = Letter(
        register=row.register,
        sender=DeskRef(row.participant, row.node, row.desk),
        to=(DeskRef(row.participant, row.with_node, row.with_desk),),
        form=form,
        fields=fields,
        tlp=label,
        marking=share.marking,
        urgency=share.urgency,
        exercise=share.exercise,
        re=re or row.core_hash,
        case=row.internal,
        attachments=attachments,
        host_may_read=label == share.tlp,
    )
    (sent,) = send_letter(node, letter)
    return sent


def speak_answer(node: Node, row: InternalCase, code: str, *, re: str = "", remark: JSON = None) -> SentMessage:
    """Inside a unit of work: say what becomes of a share, or of the letter that `re` names."""
    fields: dict[str, JSON] = {"answer": code}
    if remark is not None:
        fields["remark"] = remark
    return speak(node, row, ANSWER, fields, re=re)
