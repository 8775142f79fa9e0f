"""What does this node say when another one checks it?

Invariants: nothing is kept of a question and no officer hears of it; what does not open, or is for another desk or
register than the path says, is refused; the answer says nothing of officers or messages, and of the desk that was
asked when work is planned there, and since when somebody is on duty.
"""

from __future__ import annotations

from datetime import datetime

import liaison
from liaison.duty.checks.node_check import Answer, Planned, decode_question, encode_answer
from liaison.errors import MalformedError, UsageError
from liaison.keys.public import Purpose
from liaison.keys.sealing import open_sealed
from liaison.messages.parties import DeskRef
from liaison.node.models import HeldKey
from liaison.node.node import Node
from liaison.node.reads.checks.planned_work import planned_at
from liaison.node.reads.checks.watched import watched
from liaison.node.reads.duty.showing import duty_since
from liaison.node.reads.memory import own_memory
from liaison.node.unit_of_work import reading
from liaison.wire.identifiers import format_instant


def answer_check(node: Node, sealed: bytes, *, register: str, participant: str, desk: str) -> bytes:
    """The answer to a sealed question. Raises UsageError, MalformedError, VerificationError."""
    memory = own_memory(node)
    own = memory.own_desk(register, participant, desk)
    if own is None:
        raise UsageError("desk-not-here", desk=desk)
    question = decode_question(open_sealed(sealed, memory.openers(register, own)))
    if (question.register, question.desk) != (register, own):
        raise MalformedError("check-for-another-desk", desk=question.desk.desk)
    made = _key_made(node, register, own)
    worker, since = watched(node).silent_for, duty_since(node, register, own)
    return encode_answer(
        Answer(
            key_made=format_instant(made) if made is not None else None,
            nonce=question.nonce,
            now=format_instant(node.clock.now()),
            padding="",
            version=liaison.__version__,
            worker=int(worker.total_seconds()) if worker is not None else None,
            planned=_planned(node, register, own),
            duty_since=format_instant(since.replace(microsecond=0)) if since is not None else None,
        )
    )


def _planned(node: Node, register: str, desk: DeskRef) -> Planned | None:
    """The next to end of what is planned at the desk."""
    found = planned_at(node, register, desk)
    return Planned(format_instant(found[0].work.begins), format_instant(found[0].work.ends)) if found else None


def _key_made(node: Node, register: str, desk: DeskRef) -> datetime | None:
    """When the newest sealing key of the desk was made."""
    place = {"participant": desk.participant, "node": desk.node, "desk": desk.desk}
    with reading(node):
        rows = HeldKey.objects.filter(
            register=register, **place, purpose=Purpose.SEALING.value, retired_at=None, destroyed_at=None
        )
        return rows.order_by("-created_at").values_list("created_at", flat=True).first()
