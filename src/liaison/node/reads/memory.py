"""What does the line ask of this installation at every message, remembered for a moment?

    memory = own_memory(node)
    memory.signer(purpose, register, at), memory.openers(register, desk), memory.epoch(), memory.is_hosted(register, at)

Invariants: nothing is remembered for longer than `SECONDS` by the node's steady clock, so what another process changed
(a retired key, a new desk, a restored node) is seen within a second; `forget` drops everything at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar, cast

from liaison.keys.ports import Signer
from liaison.keys.private import SealingIdentity
from liaison.keys.public import Purpose
from liaison.messages.parties import DeskRef, NodeRef
from liaison.node import keyring
from liaison.node.models import FollowedRegister, HostedNode, OwnDesk
from liaison.node.node import Node
from liaison.node.reads import own
from liaison.node.unit_of_work import reading
from liaison.node.work import circuit
from liaison.node.work.circuit import Health
from liaison.node.work.statements import fetch

SECONDS = 1.0

T = TypeVar("T")

_memories: dict[str, OwnMemory] = {}


@dataclass(slots=True)
class OwnMemory:
    """What one node knows of itself, for a moment."""

    node: Node
    since: float
    _known: dict[tuple[object, ...], object] = field(default_factory=dict)

    def require_writable(self) -> None:
        """Return unless the node was restored and waits for its operator. Raises `NotNowError`."""
        self._remember(("writable",), lambda: own.require_writable(self.node))

    def epoch(self) -> str:
        """The present epoch."""
        return self._remember(("epoch",), lambda: own.current_epoch(self.node))

    def signer(self, purpose: Purpose, register: str, at: NodeRef) -> Signer:
        """The private key of one of our nodes for this purpose. Raises `UsageError`."""
        return self._remember(
            ("signer", purpose, register, at),
            lambda: keyring.signer(
                self.node, purpose=purpose, register=register, participant=at.participant, node_id=at.node
            ),
        )

    def openers(self, register: str, desk: DeskRef) -> list[SealingIdentity]:
        """The sealing keys of a desk that may still open something."""
        return self._remember(
            ("openers", register, desk),
            lambda: keyring.openers(
                self.node, register=register, participant=desk.participant, node_id=desk.node, desk=desk.desk
            ),
        )

    def own_desk(self, register: str, participant: str, desk: str) -> DeskRef | None:
        """The desk of this name here, if there is one."""
        return self._remember(("desk", register, participant, desk), lambda: _own_desk(register, participant, desk))

    def is_hosted(self, register: str, at: NodeRef) -> bool:
        """Whether this installation itself runs the node."""
        return self._remember(("hosted", register, at), lambda: _is_hosted(register, at))

    def health(self, at: NodeRef) -> Health:
        """What the breaker remembers of a peer."""
        return self._remember(("health", at), lambda: circuit.health(at, self.node.clock.now()))

    def registers(self) -> list[str]:
        """The registers this node follows."""
        return self._remember(("registers",), _registers)

    def _remember(self, name: tuple[object, ...], ask: Callable[[], T]) -> T:
        if name not in self._known:
            with reading(self.node):
                self._known[name] = ask()
        return cast(T, self._known[name])


def own_memory(node: Node) -> OwnMemory:
    """What is remembered of `node` now."""
    now = node.clock.monotonic()
    known = _memories.get(node.database)
    if known is None or known.node is not node or not 0 <= now - known.since < SECONDS:
        known = _memories[node.database] = OwnMemory(node, now)
    return known


def forget(node: Node) -> None:
    """Drop what is remembered of `node`."""
    _memories.pop(node.database, None)


def _own_desk(register: str, participant: str, desk: str) -> DeskRef | None:
    rows = fetch(OwnDesk, ("node",), register=register, participant=participant, desk=desk)
    return DeskRef(participant, rows[0][0], desk) if rows else None


def _registers() -> list[str]:
    return list(FollowedRegister.objects.order_by("register").values_list("register", flat=True))


def _is_hosted(register: str, at: NodeRef) -> bool:
    return bool(fetch(HostedNode, ("node",), register=register, participant=at.participant, node=at.node))
