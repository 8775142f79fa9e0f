"""Where does the entry under judgement stand, and whose is it?

    chain         participant   node    seq, prev
    opening       null          null    0, null           participant.admitted
    root          P             null    counted           participant.roots, participant.keys
    node          P             N       counted           node.published, desk.published, …
    policy        register      null    counted           policy.published
    secretariat   register      N       counted           checkpoint.noted, desk.nominated
    free          P             null    null, null        key.revoked

Invariant: the case carries the facts as they are once the head of the chain has moved on, so an effect only adds
to them.
Spec page: docs/spec/rules.md, rules 4 to 7.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec
from msgspec.structs import replace as changed

from liaison.register.entries import Entry
from liaison.register.facts import ChainHead, Globals, NodeState, ParticipantState
from liaison.register.law.numbers import Rule, broken, require
from liaison.register.views import Changes, RegisterView
from liaison.register.vocabulary import REGISTER


class Chain(StrEnum):
    """Which chain an entry of a kind continues."""

    OPENING = "opening"
    ROOT = "root"
    NODE = "node"
    POLICY = "policy"
    SECRETARIAT = "secretariat"
    FREE = "free"


class Case(msgspec.Struct, frozen=True):
    """One entry with the facts it names."""

    view: RegisterView
    entry: Entry
    index: int
    globals: Globals
    participant: ParticipantState | None = None
    node: NodeState | None = None

    @property
    def owner(self) -> ParticipantState:
        """The participant whose entry it is; every chain but `opening` has one."""
        if self.participant is None:
            broken(Rule.PARTICIPANT)
        return self.participant

    @property
    def place(self) -> NodeState:
        """The node whose entry it is, in the chains that have one."""
        if self.node is None:
            broken(Rule.NODE)
        return self.node

    @property
    def secretariat(self) -> ParticipantState:
        """The participant `register`, there from leaf 0 on."""
        state = self.view.participant(REGISTER)
        if state is None:
            broken(Rule.OPENING)
        return state

    def with_node(self, node: NodeState) -> Changes:
        """The changes of an entry that changes its own node only."""
        owner = self.owner
        owner = changed(owner, nodes={**owner.nodes, node.node: node})
        return Changes(participants={owner.id: owner})


def settle(case: Case, chain: Chain) -> Case:
    """The case with participant and node found and the head of its chain moved on. Raises VerificationError."""
    _check_place(case, chain)
    if chain is Chain.OPENING:
        return case
    case = _find_owner(case, chain)
    match chain:
        case Chain.NODE:
            place = case.place
            return _standing(case, case.globals, case.owner, changed(place, chain=_next(case.entry, place.chain)))
        case Chain.FREE:
            return case
        case Chain.ROOT:
            head = _next(case.entry, case.owner.root_chain)
            return _standing(case, case.globals, changed(case.owner, root_chain=head), None)
        case Chain.POLICY:
            head = _next(case.entry, case.globals.policy_chain)
            return _standing(case, changed(case.globals, policy_chain=head), case.owner, None)
        case Chain.SECRETARIAT:
            head = _next(case.entry, case.globals.secretariat_chain)
            return _standing(case, changed(case.globals, secretariat_chain=head), case.owner, case.place)


def moved_on(case: Case, chain: Chain) -> Changes:
    """Only the new head of the chain: what an entry that is not understood changes."""
    match chain:
        case Chain.ROOT:
            return Changes(participants={case.owner.id: case.owner})
        case Chain.NODE:
            return case.with_node(case.place)
        case Chain.POLICY | Chain.SECRETARIAT:
            return Changes(globals=case.globals)
        case _:
            return Changes()


def _check_place(case: Case, chain: Chain) -> None:
    payload = case.entry.payload
    if chain is Chain.NODE:
        # Nearly every entry of a log.
        require(payload.node is not None and payload.participant is not None and payload.seq is not None, Rule.PLACE)
        return
    require((payload.node is not None) == (chain is Chain.SECRETARIAT), Rule.PLACE)
    require((payload.participant is None) == (chain is Chain.OPENING), Rule.PLACE)
    if chain in (Chain.POLICY, Chain.SECRETARIAT):
        require(payload.participant == REGISTER, Rule.PLACE)
    if chain is Chain.FREE:
        require(payload.seq is None and payload.prev is None, Rule.PLACE)
    elif chain is Chain.OPENING:
        require(payload.seq == 0 and payload.prev is None, Rule.CHAIN)
    else:
        require(payload.seq is not None, Rule.PLACE)


def _find_owner(case: Case, chain: Chain) -> Case:
    payload = case.entry.payload
    owner = case.view.participant(payload.participant or "")
    if owner is None:
        broken(Rule.PARTICIPANT)
    # The keys of a participant that was succeeded can still be revoked.
    require(owner.succeeded_by is None or chain is Chain.FREE, Rule.PARTICIPANT)
    if payload.node is None:
        return _standing(case, case.globals, owner, None)
    node = owner.nodes.get(payload.node)
    if node is None or node.retired_index is not None:
        broken(Rule.NODE)
    return _standing(case, case.globals, owner, node)


def _standing(case: Case, facts: Globals, owner: ParticipantState, node: NodeState | None) -> Case:
    # Written out, because `dataclasses.replace` would cost a tenth of the whole judgement.
    return Case(case.view, case.entry, case.index, facts, owner, node)


def _next(entry: Entry, head: ChainHead | None) -> ChainHead:
    payload = entry.payload
    seq, prev = (0, None) if head is None else (head.seq + 1, head.hash)
    require(payload.seq == seq and payload.prev == prev, Rule.CHAIN)
    return ChainHead(seq, entry.payload_hash)
