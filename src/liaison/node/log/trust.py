"""How much of a register is witnessed? Everything below the largest checkpoint that its own policy finds cosigned.

Invariants: called inside a unit of work; the policy of a size is the one in the fold of that size's own entries; a
checkpoint without a quorum is kept and shown as pending, it takes nothing away that was trusted. A few entries that
come with their quorum (`take_in`) make the rows that folding first and trusting later would make.
"""

from __future__ import annotations

from collections.abc import Sequence

from liaison.errors import UsageError, VerificationError
from liaison.node.log.parts import exchange_parts
from liaison.node.log.projections import MANY, VoidEntry, fold_leaves, named_facts, promote, store_facts
from liaison.node.log.tiles import DatabaseTileStore
from liaison.node.log.views import RememberingView, RowsView
from liaison.node.models import FollowedRegister
from liaison.node.work.statements import read
from liaison.register.facts import encode_fact
from liaison.register.standing import verify_trusted, witness_policy
from liaison.tlog.checkpoint import Checkpoint, parse_checkpoint
from liaison.tlog.log import LogReader
from liaison.tlog.proofs import EMPTY_HEAD, TreeHead
from liaison.tlog.witness import take_cosignatures
from liaison.wire.note import Note, format_note, format_signatures, parse_note


def locked(register: str) -> FollowedRegister:
    """The row of a register, held for the rest of the unit of work, so that its log has one writer at a time."""
    row = read(FollowedRegister, lock=True, register=register)
    if row is None:
        raise UsageError("register-not-followed", register=register)
    return row


def stored_head(row: FollowedRegister) -> TreeHead:
    """The tree this node holds of a register."""
    return stored_checkpoint(row).head if row.checkpoint else EMPTY_HEAD


def stored_note(row: FollowedRegister) -> Note:
    """The latest accepted checkpoint as a note."""
    return parse_note(bytes(row.checkpoint))


def stored_checkpoint(row: FollowedRegister) -> Checkpoint:
    """The latest accepted checkpoint."""
    return parse_checkpoint(stored_note(row).text)


def settle_trust(row: FollowedRegister, note: Note) -> bool:
    """Trust up to `note`, if a quorum cosigned it and it is of the stored tree; whether it is trusted now."""
    checkpoint = parse_checkpoint(note.text)
    if checkpoint.size > row.applied or checkpoint.size < row.trusted_size:
        return False
    try:
        verify_trusted(RowsView(row.register, pending=True), note, applied=row.applied)
        if checkpoint.size < row.size:
            _check_earlier(row, checkpoint)
    except VerificationError:
        return False
    if checkpoint.size > row.trusted_size:
        promote(row.register, checkpoint.size)
    row.refresh_from_db()
    row.trusted_checkpoint = format_note(note)
    row.save(update_fields=["trusted_checkpoint"])
    return True


def can_take_in(row: FollowedRegister, count: int) -> bool:
    """Whether the next `count` entries may be folded and trusted in one step: all before them are."""
    return count < MANY and row.trusted_size == row.applied == row.size


def take_in(row: FollowedRegister, leaves: Sequence[bytes], note: Note) -> list[VoidEntry]:
    """Fold the last `leaves` of the stored log, trusted at once if `note`, which ends with them, has its quorum.

    The void ones are returned; the caller saves the row. `can_take_in` held before they were stored.
    """
    register, base = row.register, RememberingView(row.register, pending=True)
    view, void = fold_leaves(register, leaves, base=base, size=row.applied)
    row.applied = view.size
    try:
        verify_trusted(view, note, applied=view.size)
    except VerificationError:
        store_facts(register, view.changed, pending=True)
        return void
    exchange_parts(register, [(kind, name, encode_fact(fact)) for kind, name, fact in named_facts(view.changed)])
    store_facts(register, view.changed, pending=False)
    row.trusted_size, row.trusted_checkpoint = view.size, format_note(note)
    return void


def merge_cosignatures(row: FollowedRegister, note: Note) -> Note:
    """The stored checkpoint with those lines of `note`, which says the same, that cosigners of its policy wrote."""
    held = stored_note(row)
    try:
        keys = witness_policy(RowsView(row.register, pending=True), row.size).cosigners
        merged = take_cosignatures(held, format_signatures(note.signatures), keys)
    except VerificationError:
        return held
    row.checkpoint = format_note(merged)
    row.save(update_fields=["checkpoint"])
    return merged


def _check_earlier(row: FollowedRegister, checkpoint: Checkpoint) -> None:
    reader = LogReader(DatabaseTileStore(row.register), stored_head(row))
    if reader.earlier(checkpoint.size).root != checkpoint.root:
        raise VerificationError("checkpoint-of-another-tree", size=checkpoint.size)
