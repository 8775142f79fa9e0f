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
from liaison.node.services.letterbox.ways import BoxRefused, Lying, is_silent, try_ways
from liaison.node.services.line.calls.parcels import Outgoing, send_messages
from liaison.node.services.line.fetching import fetch_attachment
from liaison.node.services.line.receipts import take_receipt, take_sealed_receipt
from liaison.node.services.line.receiving import Arrival, receive_message
from liaison.node.services.line.resealing import reseal
from liaison.node.services.mail.handing_over import hand_over
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.node.work import outbox
from liaison.node.work.calling import NotSentError, NotTakenError, call_peer
from liaison.node.work.combining import MOST
from liaison.node.work.outbox import Lease, Work
from liaison.node.work.statements import fetch
from liaison.register.records import Way

log = logging.getLogger("liaison.line")

STRANGE = 403
COLUMNS = ("participant", "node", "desk", "sealed", "message__participant", "message__node")


def deliver(node: Node, lease: Lease) -> bool:
    """Attempt the leased work once; whether it, or one piece of it, is done."""
    try:
        _WORK[lease.work](node, lease)
    except NotSentError:
        outbox.release(node, [lease], wait=outbox.FIRST_WAIT)
        return False
    except (LiaisonError, NotTakenError, Lying, BoxRefused) as error:
        _postpone(node, lease, error)
        return False
    return True


def _postpone(node: Node, lease: Lease, error: Exception) -> None:
    """Write down why the work is not done. Raises an error that is not of the work."""
    if isinstance(error, Lying):
        outbox.postpone(
            node, lease, error.code, peer_failed=error.door_failed, silent=error.silent, at_least=leaving.ASK_AGAIN
        )
        forget(node)
    elif isinstance(error, BoxRefused):
        log.info("%s of %s postponed: %s", lease.work, lease.delivery, error.code)
        outbox.postpone(node, lease, error.code, peer_failed=error.door_failed, silent=error.silent)
        forget(node)
    elif isinstance(error, NotTakenError):
        outbox.postpone(node, lease, error.code, peer_failed=False)
    elif isinstance(error, LiaisonError):
        log.info("%s of %s postponed: %s", lease.work, lease.delivery, error.code)
        outbox.postpone(
            node, lease, error.code, peer_failed=isinstance(error, UnreachableError), silent=is_silent(error)
        )
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
    peer = left[0]
    if own_memory(node).is_hosted(peer.register, peer.at) or _has_letter_box(node, peer):
        return []
    fresh = itertools.takewhile(lambda lease: lease.work is Work.MESSAGE and not lease.attempts, left)
    messages = [_outgoing(node, lease) for lease in itertools.islice(fresh, MOST)]
    return list(itertools.takewhile(lambda each: each.sender == messages[0].sender, messages))


def _has_letter_box(node: Node, peer: Lease) -> bool:
    """Whether a message may have to go another way than the rest."""
    return any(way.way is not Way.PEER for way in register_facts(node, peer.register).ways(peer.at))


def _deliver_message(node: Node, lease: Lease) -> None:
    message = _outgoing(node, lease)
    if own_memory(node).is_hosted(lease.register, lease.at):
        _receive_here(node, message)
    else:
        _by_way(node, message)


def _outgoing(node: Node, lease: Lease) -> Outgoing:
    with reading(node):
        ((*place, sealed, participant, at),) = fetch(OutgoingCopy, COLUMNS, id=lease.subject)
    # The first attempt has a fresh seal; before a later one the desk may have published another key.
    sealed = bytes(sealed) if not lease.attempts else _fresh_seal(node, lease.subject)
    return Outgoing(lease, DeskRef(*place), NodeRef(participant, at), sealed)


def _by_way(node: Node, message: Outgoing) -> None:
    """By the first way of the peer's record that works."""
    lease = message.lease

    def by_door() -> None:
        send_messages(node, [message])[0].outcome()

    def by_letter_box(by: NodeRef) -> State:
        what = leaving.Leaving(owner=message.desk.at, kind=Kind.MESSAGE, data=message.sealed, copy=lease.subject)
        state = leaving.leave(node, leased_box(node, lease, message.sender, by), what)
        leave_files_later(node, lease)
        return state

    try_ways(node, lease, by_door=by_door, by_letter_box=by_letter_box)


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
    take_receipt(node, receive_message(node, arrival=arrival), copy_id=message.lease.subject, way=Obtained.HOST)


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
            raise NotTakenError(f"status-{answer.status}")
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
