"""What does this node tell a peer about the two of them? Copies, receipts, and what the peer should have again.

Invariants: only what passed between this node and the caller is looked at, so a caller learns nothing of others; what
is told again was said before, byte for byte, so a node that is itself open for reading only may answer; a text goes
back sealed to the published key of the desk that wrote it, never to a key that the request brings; a text that the
desk's retention destroyed is told by its hashes and receipts and cannot be sent again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from liaison.errors import UsageError
from liaison.keys.sealing import seal
from liaison.messages.dealings import MOST_ON_A_PAGE, Again, Dealing, Page, Question, Side
from liaison.messages.parties import DeskRef, NodeRef
from liaison.node.models import Delivery, IncomingCopy, OutgoingCopy
from liaison.node.models.line import READABLE
from liaison.node.node import Node
from liaison.node.reads.facts import register_facts
from liaison.node.services.line.resealing import reseal
from liaison.node.unit_of_work import after_commit, catching_up, reading, unit_of_work
from liaison.node.work import outbox
from liaison.node.work.outbox import Work
from liaison.wire.identifiers import encode_base64, parse_instant

LARGEST_PAGE = 1 << 20


def answer_question(node: Node, question: Question, *, register: str, caller: NodeRef) -> Page:
    """One page of what passed between `caller` and this node, in the order in which it was stored here."""
    rows_of, moment, tell = _SIDES[question.side]
    with reading(node):
        rows = rows_of(register, caller).filter(pk__gt=question.after, receipts__n=0)
        if question.since is not None:
            rows = rows.filter(**{f"receipts__{moment}__gte": parse_instant(question.since)})
        ids = list(rows.order_by("pk").values_list("pk", flat=True).distinct()[: MOST_ON_A_PAGE + 1])
        told = [(row.pk, tell(row)) for row in rows_of(register, caller).filter(pk__in=ids).order_by("pk")]
    return _page(told)


def _page(told: list[tuple[int, Dealing]]) -> Page:
    """As many as one page holds, at least one; where the next begins if some are left."""
    kept: list[Dealing] = []
    size = 0
    for at, (_, dealing) in enumerate(told):
        size += 1024 + sum(map(len, dealing.receipts))
        if kept and (size > LARGEST_PAGE or len(kept) == MOST_ON_A_PAGE):
            return Page(tuple(kept), told[at - 1][0])
        kept.append(dealing)
    return Page(tuple(kept), None)


def send_again(node: Node, wanted: Again, *, register: str, caller: NodeRef) -> Again:
    """Have messages that were sent to `caller` sealed to its present keys and delivered again; which ones will be."""
    put = []
    with catching_up(), unit_of_work(node):
        mine = _sent_to(register, caller).filter(mail__isnull=True)  # A mail has no receipt, and its own way again.
        rows = mine.filter(READABLE, message_hash__in=wanted.messages).order_by("pk")
        for row in rows.select_related("message"):
            put.append(row.message_hash)
            if not Delivery.objects.filter(copy=row, kind=Work.MESSAGE.value).exists():
                reseal(node, row)
                outbox.put_work(node, Work.MESSAGE, row.pk, register=register, at=caller, leased=False)
        after_commit(node.waker.wake)
    return Again(tuple(put))


def copy_for_sender(node: Node, message_hash: str, *, register: str, caller: NodeRef) -> bytes:
    """The signed copy that `caller` once sent here, sealed to its desk. Raises UsageError for anything else."""
    with reading(node):
        row = _received_from(register, caller).filter(READABLE, message_hash=message_hash).first()
    if row is None:
        raise UsageError("message-not-here")
    desk = DeskRef(row.from_participant, row.from_node, row.from_desk)
    return seal(bytes(row.plaintext), register_facts(node, register).sealing_key(desk))


def _sent_to(register: str, caller: NodeRef) -> Any:
    return OutgoingCopy.objects.filter(register=register, participant=caller.participant, node=caller.node)


def _received_from(register: str, caller: NodeRef) -> Any:
    return IncomingCopy.objects.filter(register=register, from_participant=caller.participant, from_node=caller.node)


def _tell_sent(row: OutgoingCopy) -> Dealing:
    message = row.message
    return Dealing(
        case=message.case,
        core=message.core_hash,
        epoch=row.epoch,
        desk=DeskRef(row.participant, row.node, row.desk),
        sender=DeskRef(message.participant, message.node, message.desk),
        id=message.message_id,
        message=row.message_hash,
        receipts=_envelopes(row.receipts.order_by("n").values_list("receipt", flat=True)),
        seq=row.seq,
    )


def _tell_received(row: IncomingCopy) -> Dealing:
    return Dealing(
        case=row.case,
        core=row.core_hash,
        epoch=row.epoch,
        desk=DeskRef(row.participant, row.node, row.desk),
        sender=DeskRef(row.from_participant, row.from_node, row.from_desk),
        id=row.message_id,
        message=row.message_hash,
        receipts=_envelopes(row.receipts.order_by("n").values_list("receipt", flat=True)),
        seq=row.seq,
    )


def _envelopes(receipts: Iterable[bytes]) -> tuple[str, ...]:
    return tuple(encode_base64(bytes(each)) for each in receipts)


# What the asker received is what we sent it; what it sent is what we received.
_SIDES: dict[Side, tuple[Callable[[str, NodeRef], Any], str, Callable[[Any], Dealing]]] = {
    "received": (_sent_to, "taken_at", _tell_sent),
    "sent": (_received_from, "given_at", _tell_received),
}
