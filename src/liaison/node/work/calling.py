"""How does a piece of work speak to its peer, and what does the answer say of the peer itself?

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

ANSWER_LIMIT = 64 * 1024


@dataclass(frozen=True, slots=True)
class NotTakenError(Exception):
    """The work is not done, and the peer itself is not to blame: it refused, or something before it failed."""

    code: str


@dataclass(frozen=True, slots=True)
class NotSentError(NotTakenError):
    """It was not attempted: the request it would have gone in was not taken, for which the first message in it stands,
    or its turn came too late for its lease."""


def call_peer(
    node: Node,
    lease: Lease,
    sender: NodeRef,
    *,
    path: str,
    body: bytes = b"",
    method: str = "POST",
    headers: Mapping[str, str] | None = None,
    limit: int = ANSWER_LIMIT,
    longest: timedelta | None = None,
    held: timedelta = timedelta(0),
    at: NodeRef | None = None,
) -> PeerAnswer:
    """One signed request to the peer of a lease, or to `at`, which keeps letters for it.

    It may take as long as its body needs, for which the lease, `held` so long already, is kept; or `longest`.
    Raises UnreachableError.
    """
    called = at or lease.at
    address = register_facts(node, lease.register).address(called)
    if address is None:
        raise UnreachableError("peer-has-no-door", permanent=True, peer=called.node)
    health = own_memory(node).health(called)
    signer = own_memory(node).signer(Purpose.HTTP, lease.register, sender)
    if longest is None:
        longest = outbox.time_for(len(body))
        outbox.hold_longer(node, lease, longest, held=held)
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
        _note_answer(node, called, slow=slow)
    return answer


def _note_answer(node: Node, at: NodeRef, *, slow: bool) -> None:
    """The peer is back, or became slow or quick: whoever calls it next has to know."""
    with unit_of_work(node):
        circuit.note_success(at, node.clock.now())
        circuit.note_pace(at, node.clock.now(), slow=slow)
    forget(node)
    node.waker.wake()
