"""What is one attempt at a piece of work, and what does its outcome change?

    deliver(node, lease)     # True when the work, or one piece of it, is done; False when it is postponed

It never raises for the peer.

Invariants: nothing is held while the peer is waited for; an outcome is stored before the work ends; what the peer
answers is judged by what it signed, never by its status alone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from liaison.errors import LiaisonError, UnreachableError, VerificationError
from liaison.keys.public import Purpose
from liaison.keys.sealing import seal
from liaison.messages.parties import DeskRef, NodeRef
from liaison.messages.receipts import decode_receipt
from liaison.node.models import GivenReceipt, OutgoingCopy
from liaison.node.node import Node
from liaison.node.peering import PeerAnswer, PeerRequest
from liaison.node.reads.facts import register_facts
from liaison.node.reads.memory import forget, own_memory
from liaison.node.services.line.fetching import fetch_attachment
from liaison.node.services.line.receipts import take_receipt, take_sealed_receipt
from liaison.node.services.line.receiving import Arrival, receive_message
from liaison.node.services.line.resealing import reseal
from liaison.node.services.mail.handing_over import hand_over
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.node.work import circuit, outbox
from liaison.node.work.outbox import Lease, Work
from liaison.node.work.statements import fetch

log = logging.getLogger("liaison.line")

RECEIPT_LIMIT = 64 * 1024
SILENT = "no answer in time"
COLUMNS = ("participant", "node", "desk", "sealed", "message__participant", "message__node")


@dataclass(frozen=True, slots=True)
class _Refused(Exception):
    """The peer answered, but did not do it."""

    status: int


def deliver(node: Node, lease: Lease) -> bool:
    """Attempt the leased work once; whether it, or one piece of it, is done."""
    try:
        _WORK[lease.work](node, lease)
    except _Refused as refused:
        outbox.postpone(node, lease, f"status-{refused.status}", peer_failed=False)
    except LiaisonError as error:
        log.info("%s of %s postponed: %s", lease.work, lease.delivery, error.code)
        silent = error.params.get("reason") == SILENT
        outbox.postpone(node, lease, error.code, peer_failed=isinstance(error, UnreachableError), silent=silent)
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
        take_receipt(node, receive_message(node, arrival=arrival), copy_id=lease.subject)
        return
    path = f"/desks/{desk.participant}/{desk.desk}/messages"
    answer = call_peer(node, lease, sender, path=path, body=sealed)
    if answer.status != 200:
        raise _Refused(answer.status)
    take_receipt(node, answer.body, copy_id=lease.subject)


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
            raise _Refused(answer.status)
    with unit_of_work(node):
        outbox.settle(lease)


def call_peer(
    node: Node,
    lease: Lease,
    sender: NodeRef,
    *,
    path: str,
    body: bytes = b"",
    method: str = "POST",
    headers: Mapping[str, str] | None = None,
    limit: int = RECEIPT_LIMIT,
) -> PeerAnswer:
    """One signed request to the peer of a lease. Raises UnreachableError."""
    address = register_facts(node, lease.register).address(lease.at)
    if address is None:
        raise UnreachableError("peer-has-no-door", permanent=True, peer=lease.at.node)
    health = own_memory(node).health(lease.at)
    signer = own_memory(node).signer(Purpose.HTTP, lease.register, sender)
    longest = outbox.time_for(len(body))
    outbox.hold_longer(node, lease, longest)
    request = PeerRequest(
        method,
        path,
        body=body,
        headers=headers or {},
        signer=signer,
        limit=limit,
        patient=health.slow,
        longest=longest.total_seconds(),
    )
    begun = node.clock.monotonic()
    answer = node.link.call(address, request)
    slow = circuit.still_slow(health, node.clock.monotonic() - begun)
    if health.failures or slow is not health.slow:
        _note_answer(node, lease, slow=slow)
    return answer


def _note_answer(node: Node, lease: Lease, *, slow: bool) -> None:
    """The peer is back, or became slow or quick: whoever calls it next has to know."""
    with unit_of_work(node):
        circuit.note_success(lease.at, node.clock.now())
        circuit.note_pace(lease.at, node.clock.now(), slow=slow)
    forget(node)
    node.waker.wake()


def _fetch(node: Node, lease: Lease) -> None:
    fetch_attachment(node, lease, call_peer)


_WORK: dict[Work, Callable[[Node, Lease], None]] = {
    Work.MESSAGE: _deliver_message,
    Work.RECEIPT: _deliver_receipt,
    Work.FETCH: _fetch,
    Work.MAIL: hand_over,
}
