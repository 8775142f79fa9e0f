"""How does the secretariat's node grow the log? It refuses what breaks a rule, and sequences the rest.

In one transaction, in this order: the entry is judged by the rules on all that is folded; its leaf goes into tiles;
the checkpoint over the new root is signed; tiles, checkpoint, facts and record parts are rows. The commit is the one
durable step: before it nobody has seen the checkpoint, after it all of them are there. Static files for mirrors
(`publish_log`) are written only after the commit, tiles before the checkpoint, each synced before the next.

Invariants: one writer at a time (the unit of work), so two checkpoints never contradict each other; handing in the
same entry again gives the index it has.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

from liaison.errors import LiaisonError, UsageError, VerificationError
from liaison.keys.ports import Signer
from liaison.keys.public import Purpose
from liaison.node.keyring import signer
from liaison.node.log.drafts import Draft
from liaison.node.log.parts import keep_parts
from liaison.node.log.projections import base_view, logged_row, store_facts, store_logged
from liaison.node.log.tiles import DatabaseTileStore
from liaison.node.log.trust import locked, settle_trust, stored_head, stored_note
from liaison.node.models import FollowedRegister, HeldKey, LoggedEntry
from liaison.node.node import Node
from liaison.node.reads.own import require_writable
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.node.work.statements import fetch
from liaison.register import anchor
from liaison.register.bodies import RegisterOpened
from liaison.register.entries import Entry, decode_entry, encode_entry
from liaison.register.memory import MemoryView
from liaison.register.state import Applied, Void, apply
from liaison.register.vocabulary import REGISTER
from liaison.tlog.checkpoint import Checkpoint, sign_checkpoint
from liaison.tlog.log import append_entries
from liaison.wire.note import format_note


@dataclass(frozen=True, slots=True)
class Handed:
    """What came of one entry handed in: its index, or the error that refused it."""

    payload_hash: str
    index: int | None
    refusal: LiaisonError | None = None


def open_register(node: Node, *, drafted: Draft) -> str:
    """Begin a register with leaf 0, signed by its roots and its log key; return its hash."""
    require_writable(node)
    envelope = encode_entry(drafted.entry)
    entry = decode_entry(envelope, index=0)
    if not isinstance(entry.body, RegisterOpened):
        raise UsageError("entry-not-an-opening", kind=entry.payload.kind)
    with unit_of_work(node):
        if FollowedRegister.objects.filter(register=entry.leaf).exists():
            return entry.leaf
        fingerprints = [key.fingerprint for key in entry.body.log_keys]
        if not HeldKey.objects.filter(fingerprint__in=fingerprints).update(register=entry.leaf):
            raise UsageError("log-key-not-held", fingerprint=fingerprints[0])
        row = FollowedRegister.objects.create(
            register=entry.leaf,
            origin=entry.body.origin,
            title=entry.body.title,
            rehearsal=entry.body.rehearsal,
            anchor=b"",
        )
        handed = _sequence(node, row, [envelope])[0]
        if handed.refusal is not None:
            raise handed.refusal
        row.anchor = anchor.format_anchor(anchor.Anchor(row.origin, row.register))
        row.save(update_fields=["anchor"])
    return entry.leaf


def is_secretariat(node: Node, register: str) -> bool:
    """Whether this node holds the log key of the register."""
    with reading(node):
        keys = fetch(HeldKey, ("retired_at",), purpose=Purpose.LOG.value, register=register)
    return any(retired is None for (retired,) in keys)


def submit_entry(node: Node, *, register: str, envelope: bytes, parts: Sequence[bytes] = ()) -> int:
    """Judge and sequence one entry with its record parts; its index. Raises what refuses it."""
    handed = submit_entries(node, register=register, envelopes=[envelope], parts=parts)[0]
    if handed.refusal is not None:
        raise handed.refusal
    if handed.index is None:
        raise VerificationError("entry-refused", payload=handed.payload_hash)
    return handed.index


def submit_entries(
    node: Node, *, register: str, envelopes: Sequence[bytes], parts: Sequence[bytes] = ()
) -> list[Handed]:
    """Judge and sequence entries in order, under one new checkpoint; refused ones leave no trace."""
    require_writable(node)
    if not is_secretariat(node, register):
        raise UsageError("not-the-secretariat", register=register)
    with unit_of_work(node):
        row = locked(register)
        handed = _sequence(node, row, envelopes)
        accepted = [envelope for envelope, each in zip(envelopes, handed, strict=True) if each.refusal is None]
        keep_parts(node, register, [decode_entry(envelope) for envelope in accepted], parts)
    return handed


def _sequence(node: Node, row: FollowedRegister, envelopes: Sequence[bytes]) -> list[Handed]:
    """Grow the log by those entries that the rules let pass, and sign the new checkpoint."""
    view = MemoryView(base=base_view(row.register, len(envelopes)), size=row.applied)
    known = _known(row.register, envelopes)
    leaves: list[bytes] = []
    logged: list[tuple[object, ...]] = []
    handed = []
    for envelope in envelopes:
        handed.append(_judge(row.register, view, envelope, logged, known))
        if len(logged) > len(leaves):
            leaves.append(envelope)
    if leaves:
        store_logged(logged)
        store_facts(row.register, view.changed, pending=True)
        _grow(row, leaves, signer(node, purpose=Purpose.LOG, register=row.register, participant=REGISTER))
        settle_trust(row, stored_note(row))
    return handed


def _judge(
    register: str, view: MemoryView, envelope: bytes, logged: list[tuple[object, ...]], known: dict[str, int]
) -> Handed:
    try:
        entry = decode_entry(envelope, index=view.size)
        if entry.payload_hash in known:
            return Handed(entry.payload_hash, known[entry.payload_hash])
        outcome = apply(view, entry, view.size)
    except LiaisonError as error:
        return Handed("", None, error)
    if not isinstance(outcome, Applied):
        return Handed(entry.payload_hash, None, refusal_of(outcome, entry))
    logged.append(logged_row(register, view.size, entry, outcome))
    known[entry.payload_hash] = view.size
    view.record(outcome)
    return Handed(entry.payload_hash, view.size - 1)


def _known(register: str, envelopes: Sequence[bytes]) -> dict[str, int]:
    """Which of these entries stand in the log already, by payload hash, and where."""
    hashes = []
    for envelope in envelopes:
        with contextlib.suppress(LiaisonError):
            hashes.append(decode_entry(envelope).payload_hash)
    found: dict[str, int] = {}
    for start in range(0, len(hashes), 500):
        rows = LoggedEntry.objects.filter(register=register, verdict="applied")
        found |= dict(rows.filter(payload_hash__in=hashes[start : start + 500]).values_list("payload_hash", "index"))
    return found


def refusal_of(outcome: object, entry: Entry) -> LiaisonError:
    """The error that tells why an entry is not sequenced."""
    if isinstance(outcome, Void):
        return VerificationError(outcome.rule, **outcome.params)
    return VerificationError("entry-kind-not-known", kind=entry.payload.kind, version=entry.payload.version)


def _grow(row: FollowedRegister, leaves: Sequence[bytes], log_signer: Signer) -> None:
    store = DatabaseTileStore(row.register)
    growth = append_entries(store, stored_head(row), leaves)
    store.write(growth.items)
    note = sign_checkpoint(Checkpoint(row.origin, growth.head.size, growth.head.root), [log_signer])
    row.size = row.applied = growth.head.size
    row.checkpoint = format_note(note)
    row.save(update_fields=["size", "applied", "checkpoint"])
