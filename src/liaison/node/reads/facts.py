"""What does the line need from a register at every message, remembered until the register changes?

    facts = register_facts(node, register)      one small query
    facts.checkpoint, facts.participant(p), facts.key(f), facts.sealing_key(desk), facts.address(at)

Invariants: a memory belongs to one database, one register and one (trusted size, applied size); the next size starts
an empty one within a second, so what a later entry took away is not served from memory for longer. What is not found
is not remembered, because a record part may arrive without the log growing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeGuard, TypeVar, cast

from liaison.errors import NotNowError, UsageError
from liaison.keys.public import PublicKey, Purpose
from liaison.messages.message import ComposedUnder
from liaison.messages.parties import DeskRef, NodeRef
from liaison.node.log.tiles import DatabaseTileStore
from liaison.node.models import FollowedRegister
from liaison.node.node import Node
from liaison.node.peering import PeerAddress
from liaison.node.reads import register as reads
from liaison.node.reads.memory import own_memory
from liaison.node.unit_of_work import reading
from liaison.node.work.statements import fetch
from liaison.register.facts import DeskState, Globals, KeyFact, ParticipantState
from liaison.register.lookup import desk_of
from liaison.register.records import Address as Way
from liaison.register.standing import log_time
from liaison.register.views import RegisterListing
from liaison.register.vocabulary import NodeRef as HostRef
from liaison.tlog.checkpoint import Checkpoint, parse_checkpoint
from liaison.tlog.log import LogReader
from liaison.wire.note import parse_note

SECONDS = 1.0

T = TypeVar("T")

_memories: dict[tuple[str, str], RegisterFacts] = {}
_guard = threading.Lock()


@dataclass(slots=True)
class RegisterFacts:
    """The trusted state of one register, asked one fact at a time."""

    node: Node
    register: str
    stamp: tuple[int, int]
    head: Checkpoint
    globals: Globals
    looked: float
    _known: dict[tuple[str, object], object] = field(default_factory=dict)

    def is_fresh(self, node: Node, now: float) -> bool:
        """Whether `node` may go by this memory at the moment `now` of its steady clock."""
        return self.node is node and 0 <= now - self.looked < SECONDS

    @property
    def checkpoint(self) -> ComposedUnder:
        """Size and root as messages and receipts state them."""
        return ComposedUnder(self.head.size, self.head.root.hex())

    def participant(self, participant: str) -> ParticipantState | None:
        """One participant by id."""
        return self._remember("participant", participant, lambda: self._view().participant(participant))

    def key(self, fingerprint: str) -> KeyFact | None:
        """The key with this fingerprint, in force or not."""
        return self._remember("key", fingerprint, lambda: self._view().key(fingerprint))

    def remembered_key(self, fingerprint: str) -> KeyFact | None:
        """The key with this fingerprint, if it was asked for before."""
        return cast(KeyFact | None, self._known.get(("key", fingerprint)))

    def sealing_key(self, desk: DeskRef) -> PublicKey:
        """What a message to the desk is sealed with. Raises UsageError, NotNowError."""

        def ask() -> PublicKey:
            return reads.sealing_key(self.node, self.register, desk.participant, desk.desk)

        return self._remember("sealing", desk, ask) or ask()

    def address(self, at: NodeRef) -> PeerAddress | None:
        """Where the peer door of a node is, if it published one."""

        def ask() -> PeerAddress | None:
            return reads.peer_address(self.node, self.register, at.participant, at.node)

        return self._remember("address", at, ask)

    def ways(self, at: NodeRef) -> tuple[Way, ...]:
        """The peer doors and letter boxes of a node, in the order of its address record."""

        def ask() -> tuple[Way, ...] | None:
            return reads.node_ways(self.node, self.register, at.participant, at.node) or None

        return self._remember("ways", at, ask) or ()

    def desk(self, participant: str, desk: str) -> DeskRef:
        """The live desk of this name with its node. Raises UsageError."""
        found = self._remember("desk", (participant, desk), lambda: self._find_desk(participant, desk))
        if found is None:
            raise UsageError("desk-not-found", participant=participant[:16], desk=desk)
        return found

    def some_desk(self, at: NodeRef) -> DeskRef | None:
        """A desk that a node keeps now, the first by name: what is for the node itself is sealed to it."""
        state = self.participant(at.participant)
        node = state.nodes.get(at.node) if state else None
        desks = sorted(name for name, each in node.desks.items() if each.withdrawn_index is None) if node else []
        return DeskRef(at.participant, at.node, desks[0]) if desks else None

    def desk_state(self, desk: DeskRef) -> DeskState | None:
        """What the register last said of a desk, withdrawn or not."""
        state = self.participant(desk.participant)
        node = state.nodes.get(desk.node) if state else None
        return node.desks.get(desk.desk) if node else None

    def host_of(self, desk: DeskRef) -> HostRef | None:
        """Whose node keeps the desk, if it is hosted by another participant."""
        state = self.participant(desk.participant)
        node = state.nodes.get(desk.node) if state else None
        return node.host if node is not None else None

    def message_key(self, at: NodeRef, fingerprint: str) -> KeyFact | None:
        """A message key that this node has or had."""
        fact = self.key(fingerprint)
        if fact is None or (fact.participant, fact.node, fact.purpose) != (at.participant, at.node, Purpose.MESSAGE):
            return None
        return fact

    def root_at(self, size: int) -> str | None:
        """Our own root of the first `size` entries (hex); None when the trusted log is shorter."""
        if size > self.head.size or size < 1:
            return None
        if size == self.head.size:
            return self.head.root.hex()
        return self._remember("root", size, lambda: self._earlier_root(size))

    def log_time(self, index: int) -> datetime | None:
        """Log time at a leaf; None while it has not begun there."""
        return self._remember("time", index, lambda: self._log_time(index))

    def _log_time(self, index: int) -> datetime | None:
        with reading(self.node):
            return log_time(self._view(), index)

    def _earlier_root(self, size: int) -> str:
        with reading(self.node):
            return LogReader(DatabaseTileStore(self.register), self.head.head).earlier(size).root.hex()

    def _find_desk(self, participant: str, desk: str) -> DeskRef | None:
        with reading(self.node):
            found = desk_of(self._view(), participant, desk)
        return DeskRef(participant, found[1].node, desk) if found else None

    def _view(self) -> RegisterListing:
        return reads.view(self.node, self.register)

    def _remember(self, kind: str, name: object, ask: Callable[[], T | None]) -> T | None:
        known = self._known.get((kind, name))
        if known is None:
            with reading(self.node):
                known = ask()
            if known is not None:
                self._known[kind, name] = known
        return known  # type: ignore[return-value]


def register_facts(node: Node, register: str) -> RegisterFacts:
    """The facts of a followed register as of now. Raises UsageError, and NotNowError before it is trusted."""
    columns = ("trusted_size", "applied", "trusted_checkpoint")
    now = node.clock.monotonic()
    known = _memories.get((node.database, register))
    if known is not None and known.is_fresh(node, now):
        return known
    with reading(node):
        row = next(iter(fetch(FollowedRegister, columns, register=register)), None)
        if row is None:
            raise UsageError("register-not-followed", register=register)
        if known is not None and known.stamp == row[:2] and known.node is node:
            known.looked = now
            return known
        if not row[2]:
            raise NotNowError("register-not-trusted-yet", register=register)
        facts = reads.view(node, register).globals()
    if facts is None:
        raise NotNowError("register-not-trusted-yet", register=register)
    head = parse_checkpoint(parse_note(bytes(row[2])).text)
    made = RegisterFacts(node, register, row[:2], head, facts, looked=now)
    with _guard:
        _memories[node.database, register] = made
    return made


def forget_facts(node: Node) -> None:
    """Look again at once: this process has just changed what the registers say."""
    for place in [place for place in _memories if place[0] == node.database]:
        _memories.pop(place, None)


def facts_of_caller(node: Node, fingerprint: str) -> tuple[str, KeyFact] | None:
    """The register and HTTP key with this fingerprint in any followed register, if it is in force."""
    for register in own_memory(node).registers():
        try:
            fact = register_facts(node, register).key(fingerprint)
        except NotNowError:
            continue
        if _may_call(fact):
            return register, fact
    return None


def remembered_caller(node: Node, fingerprint: str) -> tuple[str, KeyFact] | None:
    """The same without a look at the tables; None also where only they could tell."""
    now = node.clock.monotonic()
    for (database, register), facts in tuple(_memories.items()):
        if database == node.database and facts.is_fresh(node, now):
            fact = facts.remembered_key(fingerprint)
            if _may_call(fact):
                return register, fact
    return None


def _may_call(fact: KeyFact | None) -> TypeGuard[KeyFact]:
    return fact is not None and fact.purpose is Purpose.HTTP and fact.in_force and fact.node is not None
