"""What is one attempt at a piece of work, and what does its outcome change?

    deliver(node, lease)     # True when the work, or one piece of it, is done; False when it is postponed

It never raises for the peer.

Invariants: nothing is held while the peer is waited for; an outcome is stored before the work ends; what the peer
answers is judged by what it signed, never by its status alone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress

from liaison.errors import LiaisonError, UnreachableError, VerificationError
from liaison.keys.sealing import seal
from liaison.messages.letter_box import Kind, State
from liaison.messages.parties import DeskRef, NodeRef
from liaison.messages.receipts import Obtained, decode_receipt
from liaison.node.models import GivenReceipt, OutgoingCopy
from liaison.node.node import Node
from liaison.node.reads.facts import register_facts
from liaison.node.reads.memory import forget, own_memory
from liaison.node.services.letterbox import leaving
from liaison.node.services.letterbox.files import ask_for, leave_files, leave_files_later
from liaison.node.services.letterbox.keeper import leased_box
from liaison.node.services.letterbox.own_boxes import own_keepers
from liaison.node.services.letterbox.ways import Lying, Refused, is_silent, try_ways
from liaison.node.services.line.fetching import fetch_attachment
from liaison.node.services.line.receipts import take_receipt, take_sealed_receipt
from liaison.node.services.line.receiving import Arrival, receive_message
from liaison.node.services.line.resealing import reseal
from liaison.node.services.mail.handing_over import hand_over
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.node.work import outbox
from liaison.node.work.calling import call_peer
from liaison.node.work.outbox import Lease, Work
from liaison.node.work.statements import fetch

log = logging.getLogger("liaison.line")

STRANGE = 403
COLUMNS = ("participant", "node", "desk", "sealed", "message__participant", "message__node")


def deliver(node: Node, lease: Lease) -> bool:
    """Attempt the leased work once; whether it, or one piece of it, is done."""
    try:
        _WORK[lease.work](node, lease)
    except Lying as lying:
        outbox.postpone(
            node, lease, lying.code, peer_failed=lying.door_failed, silent=lying.silent, at_least=leaving.ASK_AGAIN
        )
        forget(node)
    except Refused as refused:
        outbox.postpone(node, lease, f"status-{refused.status}", peer_failed=False)
    except LiaisonError as error:
        log.info("%s of %s postponed: %s", lease.work, lease.delivery, error.code)
        outbox.postpone(
            node, lease, error.code, peer_failed=isinstance(error, UnreachableError), silent=is_silent(error)
        )
        forget(node)
    else:
        return True
    return False


def _deliver_message(node: Node, lease: Lease) -> None:
    with reading(node):
        ((*place, sealed, participant, at),) = fetch(OutgoingCopy, COLUMNS, id=lease.subject)
    desk, sender = DeskRef(*place), NodeRef(participant, at)
    # The first attempt has a fresh seal; before a later one the desk may have published another key.
    sealed = bytes(sealed) if not lease.attempts else _fresh_seal(node, lease.subject)
    if own_memory(node).is_hosted(lease.register, desk.at):
        arrival = Arrival(
            sealed=sealed,
            register=lease.register,
            participant=desk.participant,
            desk=desk.desk,
            way="host",
            from_participant=sender.participant,
            from_node=sender.node,
        )
        take_receipt(node, receive_message(node, arrival=arrival), copy_id=lease.subject, way=Obtained.HOST)
        return

    def by_door() -> None:
        path = f"/desks/{desk.participant}/{desk.desk}/messages"
        answer = call_peer(node, lease, sender, path=path, body=sealed)
        if answer.status != 200:
            raise Refused(answer.status)
        take_receipt(node, answer.body, copy_id=lease.subject, way=Obtained.ANSWER)

    def by_letter_box(by: NodeRef) -> State:
        what = leaving.Leaving(owner=desk.at, kind=Kind.MESSAGE, data=sealed, copy=lease.subject)
        state = leaving.leave(node, leased_box(node, lease, sender, by), what)
        leave_files_later(node, lease)
        return state

    try_ways(node, lease, by_door=by_door, by_letter_box=by_letter_box)


def _fresh_seal(node: Node, copy_id: int) -> bytes:
    """The copy sealed to the key that its desk has now, durable before it leaves."""
    with unit_of_work(node):
        copy = OutgoingCopy.objects.get(pk=copy_id)
        with suppress(LiaisonError):  # A desk without a present key gets what was sealed for it.
            reseal(node, copy)
    return bytes(copy.sealed)


def _deliver_receipt(node: Node, lease: Lease) -> None:
    with reading(node):
        given = GivenReceipt.objects.get(pk=lease.subject)
    receipt = decode_receipt(bytes(given.receipt)).receipt
    facts = register_facts(node, lease.register)
    to = receipt.to or facts.some_desk(lease.at)
    if to is None:
        raise VerificationError("receipt-for-another")
    sealed = seal(bytes(given.receipt), facts.sealing_key(to))
    if own_memory(node).is_hosted(lease.register, to.at):
        take_sealed_receipt(
            node, register=lease.register, participant=to.participant, desk=to.desk, sealed=sealed, way=Obtained.HOST
        )
        _settle(lease, node)
        return

    def by_door() -> None:
        path = f"/receipts?participant={to.participant}&desk={to.desk}"
        answer = call_peer(node, lease, receipt.by, path=path, body=sealed)
        # Bytes that did not open name nobody: whoever kept them may have told of a sender who never sent them.
        strange = receipt.to is None and answer.status == STRANGE
        if answer.status not in (200, 204) and not strange:
            raise Refused(answer.status)
        _settle(lease, node)

    def by_letter_box(by: NodeRef) -> State:
        what = leaving.Leaving(owner=to.at, kind=Kind.RECEIPT, data=sealed, receipt=lease.subject)
        state = leaving.leave(node, leased_box(node, lease, receipt.by, by), what)
        if state is State.FETCHED:
            _settle(lease, node)
        return state

    try_ways(
        node, lease, by_door=by_door, by_letter_box=by_letter_box, beyond=own_keepers(node, lease.register, receipt.by)
    )


def _settle(lease: Lease, node: Node) -> None:
    with unit_of_work(node):
        outbox.settle(lease)


def _fetch(node: Node, lease: Lease) -> None:
    fetch_attachment(node, lease, ask_for)


_WORK: dict[Work, Callable[[Node, Lease], None]] = {
    Work.MESSAGE: _deliver_message,
    Work.RECEIPT: _deliver_receipt,
    Work.FETCH: _fetch,
    Work.LEAVE: leave_files,
    Work.MAIL: hand_over,
}
