"""How is a peer called for work in the outbox, and what does its answer say of the peer itself?

Invariants: nothing is held while the peer is waited for; that a peer is back, or became slow or quick, is written down
at once, because whoever calls it next has to know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from liaison.errors import UnreachableError
from liaison.keys.public import Purpose
from liaison.messages.parties import NodeRef
from liaison.node.node import Node
from liaison.node.peering import PeerAnswer, PeerRequest
from liaison.node.reads.facts import register_facts
from liaison.node.reads.memory import forget, own_memory
from liaison.node.unit_of_work import unit_of_work
from liaison.node.work import circuit, outbox
from liaison.node.work.outbox import Lease

RECEIPT_LIMIT = 64 * 1024


@dataclass(frozen=True, slots=True)
class NotTakenError(Exception):
    """The work is not done, and the peer itself is not to blame: it refused, or something before it failed."""

    code: str


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
    longest: timedelta | None = None,
) -> PeerAnswer:
    """One signed request to the peer of a lease, within `longest` or as long as its body may take, for which the lease
    is kept. Raises UnreachableError."""
    address = register_facts(node, lease.register).address(lease.at)
    if address is None:
        raise UnreachableError("peer-has-no-door", permanent=True, peer=lease.at.node)
    health = own_memory(node).health(lease.at)
    signer = own_memory(node).signer(Purpose.HTTP, lease.register, sender)
    if longest is None:
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
