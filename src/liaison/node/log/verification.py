"""Is this node's own copy of a register what it claims to be? Everything is computed again and compared.

1. Every entry and tile leads to the root of the checkpoint.  2. The log signed the checkpoint.
3. The fold of all entries gives the verdicts and facts that stand in the tables.  4. A quorum cosigned what is trusted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from liaison.errors import NotNowError, VerificationError
from liaison.node.log.projections import named_facts
from liaison.node.log.tiles import DatabaseTileStore
from liaison.node.log.trust import stored_head, stored_note
from liaison.node.models import FactRow, FollowedRegister, LoggedEntry
from liaison.node.node import Node
from liaison.node.unit_of_work import reading
from liaison.register.facts import encode_fact
from liaison.register.memory import MemoryView
from liaison.register.standing import verify_trusted
from liaison.register.state import Aside, Lanes, Later, Void, fold_each
from liaison.tlog.checkpoint import verify_checkpoint
from liaison.tlog.log import proved_entries
from liaison.wire.note import parse_note


@dataclass(frozen=True, slots=True)
class VerifiedCopy:
    """What was verified: entries, those void, and how many a quorum cosigned."""

    register: str
    size: int
    trusted_size: int
    witnessed: bool
    void: tuple[int, ...]


def verify_copy(node: Node, *, register: str, progress: Callable[[int], None]) -> VerifiedCopy:
    """The verified copy; `progress` hears of every thousand entries. Raises `VerificationError` at what differs."""
    with reading(node):
        row = FollowedRegister.objects.get(register=register)
        if not row.checkpoint:
            raise NotNowError("register-empty", register=register)
        store = DatabaseTileStore(register)
        with node.lanes(row.applied) as lanes:
            view, void = (lanes and _fold_ahead(row, store, progress, lanes)) or _fold(row, store, progress)
        facts = view.globals()
        if facts is None:
            raise VerificationError("register-not-opened")
        verify_checkpoint(stored_note(row), row.origin, facts.log_keys)
        _compare_facts(row, view)
        head = verify_trusted(view, parse_note(bytes(row.trusted_checkpoint or row.checkpoint)), applied=view.size)
    return VerifiedCopy(register, row.size, head.size, head.witnessed, tuple(void))


Progress = Callable[[int], None]


def _fold_ahead(
    row: FollowedRegister, store: DatabaseTileStore, progress: Progress, lanes: Lanes
) -> tuple[MemoryView, list[int]] | None:
    """The fold, while lanes compute the signatures; None where it has to be done again without them."""
    aside = Aside(lanes)
    try:
        found = _fold(row, store, progress, later=aside)
    except VerificationError:
        # Perhaps only because a signature was taken to hold that does not.
        aside.settle()
        return None
    return found if aside.settle() else None


def _fold(
    row: FollowedRegister, store: DatabaseTileStore, progress: Progress, *, later: Later | None = None
) -> tuple[MemoryView, list[int]]:
    stored = LoggedEntry.objects.filter(register=row.register).order_by("index").values_list("verdict", "rule")
    view, void = MemoryView(), []
    verdicts = iter(stored.iterator(chunk_size=2000))
    leaves = proved_entries(store, stored_head(row))
    for index, (_, outcome) in enumerate(fold_each(view, islice(leaves, row.applied), later=later)):
        rule = outcome.rule if isinstance(outcome, Void) else ""
        if next(verdicts, ("", ""))[1] != rule:
            raise VerificationError("table-differs-from-log", index=index)
        if rule:
            void.append(index)
        if view.size % 1000 == 0:
            progress(1000)
    for _ in leaves:  # What was stored and not applied yet is verified too.
        pass
    return view, void


def _compare_facts(row: FollowedRegister, view: MemoryView) -> None:
    rows = FactRow.objects.filter(register=row.register).order_by("pending").values_list("kind", "name", "data")
    stored = {(kind, name): bytes(data) for kind, name, data in rows}
    folded = {(kind, name): encode_fact(fact) for kind, name, fact in named_facts(view.changed)}
    if stored != folded:
        raise VerificationError("table-differs-from-log", index=row.applied)
