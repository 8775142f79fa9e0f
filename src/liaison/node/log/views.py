"""What does the register say, asked of the node's own tables?

    RowsView(register)                     the trusted facts
    RowsView(register, pending=True)       all that is folded, trusted or not
    CautiousView(trusted, newest)          trusted facts, less what later entries took away

Invariants: a view is used inside one unit of work or reading; later entries may only take away (revoke, withdraw),
so `CautiousView` never shows a key, desk or name that no quorum has seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import msgspec
from django.db import connections

from liaison.node.database_router import current_database
from liaison.node.models import FactRow
from liaison.node.work.statements import fetch
from liaison.register.facts import (
    DeskState,
    Fact,
    Globals,
    KeyFact,
    NodeState,
    NominationState,
    ParticipantState,
    Quorum,
    TimeNoted,
    decode_fact,
)
from liaison.register.state import RegisterListing

F = TypeVar("F", bound=Fact)

_LAST_BELOW = {
    pending: f'SELECT data FROM "{FactRow._meta.db_table}" WHERE register = %s AND kind = %s AND name < %s '  # noqa: S608
    f"{'' if pending else 'AND NOT pending '}ORDER BY name DESC, pending DESC LIMIT 1"
    for pending in (False, True)
}
GLOBALS, PARTICIPANT, KEY = "globals", "participant", "key"
NOMINATION, QUORUM, TIME = "nomination", "quorum", "time"


def index_name(index: int) -> str:
    """An index as the name of a fact: padded, so that names sort as numbers."""
    return f"{index:020d}"


class RowsView:
    """A `RegisterListing` over `FactRow`; with `pending`, a pending fact hides the trusted one."""

    def __init__(self, register: str, *, pending: bool = False) -> None:
        self._register = register
        self._pending = pending

    def globals(self) -> Globals | None:
        """The global facts; None before leaf 0 was applied."""
        return self._one(GLOBALS, "", Globals)

    def participant(self, participant: str) -> ParticipantState | None:
        """One participant by id."""
        return self._one(PARTICIPANT, participant, ParticipantState)

    def key(self, fingerprint: str) -> KeyFact | None:
        """The key with this fingerprint."""
        return self._one(KEY, fingerprint, KeyFact)

    def nomination(self, nomination: str) -> NominationState | None:
        """One nominated desk by its id."""
        return self._one(NOMINATION, nomination, NominationState)

    def quorum(self, size: int) -> Quorum | None:
        """The quorum with the largest index below `size`."""
        with connections[current_database.get()].cursor() as cursor:
            cursor.execute(_LAST_BELOW[self._pending], [self._register, QUORUM, index_name(size)])
            row = cursor.fetchone()
        return None if row is None else decode_fact(bytes(row[0]), Quorum)

    def participants(self) -> Iterable[ParticipantState]:
        """All participants, sorted by id."""
        return self._all(PARTICIPANT, ParticipantState)

    def nominations(self) -> Iterable[NominationState]:
        """All nominated desks, sorted by id."""
        return self._all(NOMINATION, NominationState)

    def times(self) -> Iterable[TimeNoted]:
        """Log times in the order of their indexes."""
        return self._all(TIME, TimeNoted)

    def all_keys(self) -> Iterable[KeyFact]:
        """All keys ever named, sorted by fingerprint."""
        return self._all(KEY, KeyFact)

    def all_quorums(self) -> Iterable[Quorum]:
        """All quorums in the order of their indexes."""
        return self._all(QUORUM, Quorum)

    def _rows(self, kind: str) -> Any:
        rows = FactRow.objects.filter(register=self._register, kind=kind)
        return rows if self._pending else rows.filter(pending=False)

    def _one(self, kind: str, name: str, type_: type[F]) -> F | None:
        which = {} if self._pending else {"pending": False}
        rows = fetch(FactRow, ("pending", "data"), register=self._register, kind=kind, name=name, **which)
        return decode_fact(bytes(max(rows)[1]), type_) if rows else None

    def _all(self, kind: str, type_: type[F]) -> Iterator[F]:
        last = None
        for name, data in self._rows(kind).order_by("name", "-pending").values_list("name", "data"):
            if name != last:
                yield decode_fact(bytes(data), type_)
            last = name


class RememberingView(RowsView):
    """A `RowsView` that asks the tables once for each fact: for work during which nobody else writes."""

    def __init__(self, register: str, *, pending: bool = False) -> None:
        super().__init__(register, pending=pending)
        self._known: dict[tuple[str, str], Any] = {}

    def quorum(self, size: int) -> Quorum | None:
        """The quorum with the largest index below `size`."""
        place = (QUORUM, index_name(size))
        if place not in self._known:
            self._known[place] = super().quorum(size)
        found: Quorum | None = self._known[place]
        return found

    def _one(self, kind: str, name: str, type_: type[F]) -> F | None:
        if (kind, name) not in self._known:
            self._known[kind, name] = super()._one(kind, name, type_)
        found: F | None = self._known[kind, name]
        return found


class CautiousView:
    """Trusted facts, less keys revoked and desks, nominations and reports withdrawn in what is not trusted yet."""

    def __init__(self, trusted: RegisterListing, newest: RegisterListing) -> None:
        self._trusted = trusted
        self._newest = newest

    def globals(self) -> Globals | None:
        """The trusted global facts."""
        return self._trusted.globals()

    def participant(self, participant: str) -> ParticipantState | None:
        """One participant, its withdrawn desks and reports withdrawn."""
        state = self._trusted.participant(participant)
        return None if state is None else _without_withdrawn(state, self._newest.participant(participant))

    def key(self, fingerprint: str) -> KeyFact | None:
        """The key, revoked if a later entry revoked it."""
        fact, later = self._trusted.key(fingerprint), self._newest.key(fingerprint)
        if fact is None or later is None or later.revoked_index is None:
            return fact
        return msgspec.structs.replace(fact, revoked_index=later.revoked_index, suspect_since=later.suspect_since)

    def nomination(self, nomination: str) -> NominationState | None:
        """One nominated desk, withdrawn if a later entry withdrew it."""
        state, later = self._trusted.nomination(nomination), self._newest.nomination(nomination)
        return later if state is not None and later is not None and later.withdrawn else state

    def quorum(self, size: int) -> Quorum | None:
        """The trusted quorum."""
        return self._trusted.quorum(size)

    def participants(self) -> Iterable[ParticipantState]:
        """All trusted participants."""
        later = {state.id: state for state in self._newest.participants()}
        return (_without_withdrawn(state, later.get(state.id)) for state in self._trusted.participants())

    def nominations(self) -> Iterable[NominationState]:
        """All trusted nominations."""
        gone = {state.nomination: state for state in self._newest.nominations() if state.withdrawn}
        return (gone.get(state.nomination, state) for state in self._trusted.nominations())

    def times(self) -> Iterable[TimeNoted]:
        """Trusted log times."""
        return self._trusted.times()


def _without_withdrawn(state: ParticipantState, later: ParticipantState | None) -> ParticipantState:
    if later is None or later == state:
        return state
    nodes = {name: _node_without(node, later.nodes.get(name)) for name, node in state.nodes.items()}
    gone = {name: made for name, made in later.reports.items() if name in state.reports and made[-1].body.withdrawn}
    return msgspec.structs.replace(state, nodes=nodes, reports={**state.reports, **gone})


def _node_without(node: NodeState, later: NodeState | None) -> NodeState:
    if later is None or later == node:
        return node
    desks = {name: _desk_without(desk, later.desks.get(name)) for name, desk in node.desks.items()}
    return msgspec.structs.replace(node, desks=desks, retired_index=node.retired_index or later.retired_index)


def _desk_without(desk: DeskState, later: DeskState | None) -> DeskState:
    if later is None or later.withdrawn_index is None:
        return desk
    return msgspec.structs.replace(desk, withdrawn_index=later.withdrawn_index)
