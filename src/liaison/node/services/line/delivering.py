"""What is one attempt at a piece of work, and what does its outcome change?

    deliver(node, lease)     # True when the work, or one piece of it, is done; False when it is postponed

It never raises for the peer.

Invariants: nothing is held while the peer is waited for; an outcome is stored before the work ends; what the peer
answers is judged by what it signed, never by its status alone.
"""

from __future__ import annotations

import itertools
import logging
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress

from liaison.errors import LiaisonError, UnreachableError, VerificationError
from liaison.keys.sealing import seal
from liaison.messages.parties import DeskRef, NodeRef
from liaison.messages.receipts import decode_receipt
from liaison.node.models import GivenReceipt, OutgoingCopy
from liaison.node.node import Node
from liaison.node.reads.facts import register_facts
from liaison.node.reads.memory import forget, own_memory
from liaison.node.services.line.calls.calling import NotTakenError, call_peer
from liaison.node.services.line.calls.parcels import NotSentError, Outgoing, send_messages
from liaison.node.services.line.fetching import fetch_attachment
from liaison.node.services.line.receipts import take_receipt, take_sealed_receipt
from liaison.node.services.line.receiving import Arrival, receive_message
from liaison.node.services.line.resealing import reseal
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.node.work import outbox
from liaison.node.work.combining import MOST
from liaison.node.work.outbox import Lease, Work
from liaison.node.work.statements import fetch

log = logging.getLogger("liaison.line")

SILENT = "no answer in time"
COLUMNS = ("participant", "node", "desk", "sealed", "message__participant", "message__node")


def deliver(node: Node, lease: Lease) -> bool:
    """Attempt the leased work once; whether it, or one piece of it, is done."""
    try:
        _WORK[lease.work](node, lease)
    except (LiaisonError, NotTakenError) as error:
        _postpone(node, lease, error)
        return False
    return True


def _postpone(node: Node, lease: Lease, error: Exception) -> None:
    """Write down why the work is not done. Raises an error that is not of the work."""
    if isinstance(error, NotTakenError):
        outbox.postpone(node, lease, error.code, peer_failed=False)
    elif isinstance(error, LiaisonError):
        log.info("%s of %s postponed: %s", lease.work, lease.delivery, error.code)
        silent = error.params.get("reason") == SILENT
        outbox.postpone(node, lease, error.code, peer_failed=isinstance(error, UnreachableError), silent=silent)
        forget(node)
    else:
        raise error


def deliver_next(node: Node, left: deque[Lease]) -> bool:
    """Attempt the first of what is leased at one peer, and what can go with it in one request; whether it is all done.

    What was attempted is taken out of `left`.
    """
    messages = _together(node, left)
    if len(messages) <= 1:
        return deliver(node, left.popleft())
    done = True
    for entry in send_messages(node, messages):
        if entry.error is None or not isinstance(entry.error, NotSentError):
            left.remove(entry.item.lease)
        if entry.error is not None:
            done = False
            if not isinstance(entry.error, NotSentError):
                _postpone(node, entry.item.lease, entry.error)
    return done


def _together(node: Node, left: Sequence[Lease]) -> list[Outgoing]:
    """The first messages of a run that one of our nodes sends and nobody attempted before."""
    if own_memory(node).is_hosted(left[0].register, left[0].at):
        return []
    fresh = itertools.takewhile(lambda lease: lease.work is Work.MESSAGE and not lease.attempts, left)
    messages = [_outgoing(node, lease) for lease in itertools.islice(fresh, MOST)]
    return list(itertools.takewhile(lambda each: each.sender == messages[0].sender, messages))


def _deliver_message(node: Node, lease: Lease) -> None:
    message = _outgoing(node, lease)
    if own_memory(node).is_hosted(lease.register, lease.at):
        _receive_here(node, message)
    else:
        send_messages(node, [message])[0].outcome()


def _outgoing(node: Node, lease: Lease) -> Outgoing:
    with reading(node):
        ((*place, sealed, participant, at),) = fetch(OutgoingCopy, COLUMNS, id=lease.subject)
    # The first attempt has a fresh seal; before a later one the desk may have published another key.
    sealed = bytes(sealed) if not lease.attempts else _fresh_seal(node, lease.subject)
    return Outgoing(lease, DeskRef(*place), NodeRef(participant, at), sealed)


def _receive_here(node: Node, message: Outgoing) -> None:
    """This installation runs the recipient's node too."""
    arrival = Arrival(
        sealed=message.sealed,
        register=message.lease.register,
        participant=message.desk.participant,
        desk=message.desk.desk,
        way="host",
        from_participant=message.sender.participant,
        from_node=message.sender.node,
    )
    take_receipt(node, receive_message(node, arrival=arrival), copy_id=message.lease.subject)


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
    if receipt.to is None:
        raise VerificationError("receipt-for-another")
    sealed = seal(bytes(given.receipt), register_facts(node, lease.register).sealing_key(receipt.to))
    if own_memory(node).is_hosted(lease.register, receipt.to.at):
        take_sealed_receipt(
            node,
            register=lease.register,
            participant=receipt.to.participant,
            desk=receipt.to.desk,
            sealed=sealed,
        )
    else:
        path = f"/receipts?participant={receipt.to.participant}&desk={receipt.to.desk}"
        answer = call_peer(node, lease, receipt.by, path=path, body=sealed)
        if answer.status not in (200, 204):
            raise NotTakenError(f"status-{answer.status}")
    with unit_of_work(node):
        outbox.settle(lease)


def _fetch(node: Node, lease: Lease) -> None:
    fetch_attachment(node, lease, call_peer)


_WORK: dict[Work, Callable[[Node, Lease], None]] = {
    Work.MESSAGE: _deliver_message,
    Work.RECEIPT: _deliver_receipt,
    Work.FETCH: _fetch,
}
