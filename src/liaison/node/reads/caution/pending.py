"""Which desks and keys are only pending, and which of those did an officer confirm by call-back?

    trusted: XD/duty with key A        pending: XD/duty with key B, XF/duty with key C
    nobody called back                 XD/duty is sealed to with A, XF is not there
    C was read out over the telephone  XF/duty is sealed to with C, shown as "pending, confirmed by call-back"

Invariants:
- A call-back is for one key part of one desk: another key published later is pending again.
- It makes this desk's key and its node's address usable, never a signing key, a claim or a code.
- What a later entry took away stays away. Spec page: docs/spec/trusted-state.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from msgspec.structs import replace as changed

from liaison.node.log.views import CautiousView, RowsView
from liaison.node.models import CallBack, RecordPart
from liaison.node.work.statements import fetch
from liaison.register import records
from liaison.register.bodies import DeskKeys
from liaison.register.facts import NodeState, ParticipantState
from liaison.register.lookup import live_desks
from liaison.register.state import RegisterListing


@dataclass(frozen=True, slots=True)
class PendingDesk:
    """A desk whose key no quorum has seen; `fingerprint` is None while its part is not here."""

    participant: str
    name: str
    node: str
    desk: str
    digest: str
    fingerprint: str | None
    called_back: bool


class CalledBackView(CautiousView):
    """Cautious facts, and those pending desks whose key an officer had read out: (participant, desk, digest)."""

    def __init__(
        self, trusted: RegisterListing, newest: RegisterListing, called_back: frozenset[tuple[str, str, str]]
    ) -> None:
        super().__init__(trusted, newest)
        self._called_back = called_back
        self._owners = {participant for participant, _, _ in called_back}

    def participant(self, participant: str) -> ParticipantState | None:
        """One participant, with the desks that were called back."""
        state = super().participant(participant)
        return state if participant not in self._owners else self._with_called_back(participant, state)

    def participants(self) -> Iterable[ParticipantState]:
        """All trusted participants, and those with a desk that was called back."""
        states = {state.id: state for state in super().participants()}
        for owner in self._owners:
            state = self._with_called_back(owner, states.get(owner))
            if state is not None:
                states[owner] = state
        return [states[name] for name in sorted(states)]

    def _with_called_back(self, participant: str, state: ParticipantState | None) -> ParticipantState | None:
        newest = self._newest.participant(participant)
        if newest is None or newest.succeeded_by is not None or (state and state.succeeded_by is not None):
            return state
        nodes = dict(state.nodes) if state is not None else {}
        for name, node in newest.nodes.items():
            named = {key.desk for key in _live_keys(node) if (participant, key.desk, key.sealing) in self._called_back}
            if named:
                nodes[name] = _with_desks(nodes.get(name), node, named)
        if state is None and not nodes:
            return None
        return changed(state or newest, nodes=nodes)


def pending_view(register: str) -> RegisterListing:
    """What may be relied on at this node: for use inside a reading or a unit of work."""
    trusted, newest = RowsView(register), RowsView(register, pending=True)
    called_back = frozenset(fetch(CallBack, ("participant", "desk", "digest"), register=register))
    return CalledBackView(trusted, newest, called_back) if called_back else CautiousView(trusted, newest)


def called_back_desks(register: str) -> frozenset[tuple[str, str]]:
    """The (participant, desk) that are usable by a call-back alone."""
    return frozenset((each.participant, each.desk) for each in pending_desks(register) if each.called_back)


def pending_desks(register: str) -> Iterator[PendingDesk]:
    """Every live desk whose key stands in entries that no quorum has seen, inside a reading."""
    trusted, newest = RowsView(register), RowsView(register, pending=True)
    called_back = set(CallBack.objects.filter(register=register).values_list("participant", "desk", "digest"))
    for state in newest.participants():
        before = trusted.participant(state.id)
        if state == before or state.succeeded_by is not None:
            continue
        known = {key.sealing for node in (before.nodes.values() if before else ()) for key in _live_keys(node)}
        for node in state.nodes.values():
            for key in _live_keys(node):
                if key.sealing not in known:
                    done = (state.id, key.desk, key.sealing) in called_back
                    shown = _fingerprint(register, key.sealing)
                    yield PendingDesk(state.id, state.labels.name, node.node, key.desk, key.sealing, shown, done)


def _live_keys(node: NodeState) -> list[DeskKeys]:
    live = {desk.desk for desk in live_desks(node)}
    return [key for key in node.publication.body.desks if key.desk in live] if node.publication else []


def _with_desks(old: NodeState | None, new: NodeState, named: set[str]) -> NodeState:
    """The node as trusted, with its new address, host and those desks; a new node with those desks alone."""
    keys = {key: since for key, since in _since(old) if key.desk not in named}
    keys |= {key: since for key, since in _since(new) if key.desk in named}
    ordered = tuple(sorted(keys, key=lambda key: key.desk))
    base = old if old is not None else changed(new, claims=None, desks={}, kinds=())
    desks = base.desks | {name: new.desks[name] for name in named}
    kinds = tuple(sorted({*base.kinds, *(new.desks[name].kind for name in named)}))
    publication = new.publication
    if publication is not None:
        body = changed(publication.body, desks=ordered)
        publication = changed(publication, body=body, since=tuple(keys[key] for key in ordered))
    return changed(base, host=new.host, kinds=kinds, desks=desks, publication=publication)


def _since(node: NodeState | None) -> Iterator[tuple[DeskKeys, int]]:
    """The keys of a publication with the leaf each stands from."""
    if node is not None and node.publication is not None:
        yield from zip(node.publication.body.desks, node.publication.since, strict=True)


def _fingerprint(register: str, digest: str) -> str | None:
    row = RecordPart.objects.filter(register=register, digest=digest).exclude(part=b"").first()
    if row is None:
        return None
    return records.content_of(records.verify_record(bytes(row.part), digest), records.SealingKey).key.fingerprint
