"""How do the entries of the stored log become rows? Folded one at a time, first as pending, then as trusted facts.

    fold_entries(register)           pending facts up to the last stored entry
    promote(register, size)          what the first `size` entries say is trusted now
    rebuild(register)                everything again from the tiles: the same rows

Invariants:
- Called inside a unit of work. An entry is folded once on its way to trusted, and again only when a quorum stands at a
  size below what was folded already.
- The rows depend on the log and the trusted size only: not on batches, clocks or the order of fetching.
- A void entry changes no fact; its number and rule are kept, and the caller raises the alarm.
- With lanes the signatures of a batch are computed beside its fold; what does not hold then is folded again without.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from liaison.errors import Param
from liaison.node.log.parts import exchange_parts
from liaison.node.log.rows import trust_pending, upsert
from liaison.node.log.tiles import DatabaseTileStore
from liaison.node.log.views import (
    GLOBALS,
    KEY,
    NOMINATION,
    PARTICIPANT,
    QUORUM,
    TIME,
    RememberingView,
    RowsView,
    index_name,
)
from liaison.node.models import FactRow, FollowedRegister, LoggedEntry
from liaison.register.entries import Entry
from liaison.register.facts import Fact, encode_fact
from liaison.register.memory import Changed, MemoryView
from liaison.register.state import (
    Applied,
    Aside,
    Lanes,
    Later,
    NotUnderstood,
    Outcome,
    RegisterListing,
    Void,
    fold_each,
)
from liaison.tlog.log import read_entries

LOGGED = ("register", "index", "kind", "participant", "node", "payload_hash", "verdict", "rule")

BATCH = 4096
"""Entries whose rows are written together."""

MANY = 256
"""From so many entries on, loading all facts costs less than asking for them one by one."""


@dataclass(frozen=True, slots=True)
class VoidEntry:
    """An entry that was sequenced against a rule."""

    index: int
    rule: str
    params: Mapping[str, Param] = field(default_factory=dict)
    leaf: bytes = b""


def fold_entries(register: str, *, limit: int | None = None, lanes: Lanes | None = None) -> list[VoidEntry]:
    """Fold what is stored and not folded yet (at most `limit` entries) into pending facts; the void ones."""
    row = FollowedRegister.objects.get(register=register)
    end = row.size if limit is None else min(row.size, row.applied + limit)
    leaves = read_entries(DatabaseTileStore(register), row.applied, end, size=row.size)
    void: list[VoidEntry] = []
    base = base_view(register, end - row.applied)
    while chunk := list(islice(leaves, BATCH)):
        view, found = fold_leaves(register, chunk, base=base, size=row.applied, lanes=lanes)
        void += found
        store_facts(register, view.changed, pending=True)
        if isinstance(base, MemoryView):
            _merge(base.changed, view.changed)
        row.applied = view.size
    row.save(update_fields=["applied"])
    return void


def fold_leaves(
    register: str, leaves: Sequence[bytes], *, base: RegisterListing, size: int, lanes: Lanes | None = None
) -> tuple[MemoryView, list[VoidEntry]]:
    """The view of the next leaves over `base`, which has `size`, and the void ones; their verdicts are kept as rows."""
    ahead = None if lanes is None else _judged_ahead(leaves, MemoryView(base, size=size), lanes)
    view, judged = ahead or _judged(leaves, MemoryView(base, size=size))
    store_logged([logged_row(register, size + place, *each) for place, each in enumerate(judged)])
    void = [
        VoidEntry(size + place, outcome.rule, outcome.params, leaves[place])
        for place, (_, outcome) in enumerate(judged)
        if isinstance(outcome, Void)
    ]
    return view, void


Judged = list[tuple[Entry | None, Outcome]]


def _judged(leaves: Sequence[bytes], view: MemoryView, *, later: Later | None = None) -> tuple[MemoryView, Judged]:
    judged = list(fold_each(view, leaves, later=later))
    return view, judged


def _judged_ahead(leaves: Sequence[bytes], view: MemoryView, lanes: Lanes) -> tuple[MemoryView, Judged] | None:
    """The same, while lanes compute the signatures; None where one does not hold."""
    aside = Aside(lanes)
    found = _judged(leaves, view, later=aside)
    return found if aside.settle() else None


def store_logged(rows: Sequence[tuple[object, ...]]) -> None:
    """Write the verdicts made by `logged_row`."""
    upsert(LoggedEntry, LOGGED, ("register", "index"), rows)


def logged_row(register: str, index: int, entry: Entry | None, outcome: Outcome) -> tuple[object, ...]:
    """The row that keeps the verdict on a leaf, in the order of `LOGGED`."""
    verdict, rule = _verdict(outcome)
    if entry is None:
        return register, index, "", "", "", "", verdict, rule
    payload = entry.payload
    place = (payload.kind[:64], payload.participant or "", payload.node or "")
    return register, index, *place, entry.payload_hash, verdict, rule


def _verdict(outcome: Outcome) -> tuple[str, str]:
    match outcome:
        case Applied():
            return "applied", ""
        case Void(rule):
            return "void", rule
        case NotUnderstood(reason):
            return "not-understood", reason


def promote(register: str, size: int) -> None:
    """Trust what the first `size` entries say; `size` is at least what is trusted already."""
    row = FollowedRegister.objects.get(register=register)
    if size != row.applied:
        _refold(row, size)
    pending = FactRow.objects.filter(register=register, pending=True, kind__in=(PARTICIPANT, NOMINATION))
    moved = pending.values_list("kind", "name", "data")
    exchange_parts(register, [(kind, name, bytes(data)) for kind, name, data in moved])
    trust_pending(FactRow, register)
    FollowedRegister.objects.filter(register=register).update(trusted_size=size)
    fold_entries(register)


def _refold(row: FollowedRegister, size: int) -> None:
    """Fold from the trusted size up to `size` again, because more than that was folded."""
    FactRow.objects.filter(register=row.register, pending=True).delete()
    FollowedRegister.objects.filter(register=row.register).update(applied=row.trusted_size)
    fold_entries(row.register, limit=size - row.trusted_size)


def rebuild(register: str, *, lanes: Lanes | None = None) -> int:
    """Drop every projection of the log and make it again; the number of entries folded."""
    row = FollowedRegister.objects.select_for_update().get(register=register)
    trusted = row.trusted_size
    LoggedEntry.objects.filter(register=register).delete()
    FactRow.objects.filter(register=register).delete()
    FollowedRegister.objects.filter(register=register).update(applied=0, trusted_size=0)
    fold_entries(register, limit=trusted, lanes=lanes)
    promote(register, trusted)
    return int(row.size)


def store_facts(register: str, changed: Changed, *, pending: bool) -> None:
    """Write the changed facts as rows."""
    rows = [(register, kind, name, pending, encode_fact(fact)) for kind, name, fact in named_facts(changed)]
    upsert(FactRow, ("register", "kind", "name", "pending", "data"), ("register", "kind", "name", "pending"), rows)


def named_facts(changed: Changed) -> Iterator[tuple[str, str, Fact]]:
    """Every changed fact with its kind and name."""
    if changed.globals is not None:
        yield GLOBALS, "", changed.globals
    for kind, facts in (
        (PARTICIPANT, changed.participants),
        (KEY, changed.keys),
        (NOMINATION, changed.nominations),
    ):
        for name, fact in facts.items():
            yield kind, name, fact
    for quorum in changed.quorums:
        yield QUORUM, index_name(quorum.index), quorum
    for time in changed.times:
        yield TIME, index_name(time.index), time


def base_view(register: str, count: int) -> RememberingView | MemoryView:
    """What to lay a fold of `count` entries over: the tables, or for a long fold all facts in memory."""
    if count < MANY:
        return RememberingView(register, pending=True)
    rows, loaded = RowsView(register, pending=True), MemoryView()
    own = loaded.changed
    own.globals = rows.globals()
    own.participants = {state.id: state for state in rows.participants()}
    own.keys = {fact.key.fingerprint: fact for fact in rows.all_keys()}
    own.nominations = {state.nomination: state for state in rows.nominations()}
    own.quorums, own.times = list(rows.all_quorums()), list(rows.times())
    return loaded


def _merge(base: Changed, newer: Changed) -> None:
    base.globals = newer.globals or base.globals
    base.participants.update(newer.participants)
    base.keys.update(newer.keys)
    base.nominations.update(newer.nominations)
    base.quorums += newer.quorums
    base.times += newer.times
