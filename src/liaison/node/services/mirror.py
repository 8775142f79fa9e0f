"""How does a node keep its own, verified copy of a register?

    follow_register(anchor)      once
    sync_register(register)      again and again: from the secretariat, else from any other mirror

The steps of one synchronisation: (1) fetch a checkpoint and verify the log's signature; (2) fetch the entries that are
new; (3) in one transaction append them to the own tiles, which proves consistency when the root comes out right, and
store checkpoint and tiles; (4) fold the entries by the rules, raising an alarm for each void one; (5) trust up to the
largest size a quorum cosigned; (6) fetch the record parts now named. Where a few entries follow a state that is
trusted, (3) to (5) are one transaction.

Invariants:
- The network is never waited for inside a transaction; killed or cut off anywhere, the next synchronisation goes on
  from there: whole bundles that came before the line broke are not fetched again.
- A mirror that serves rubbish is passed over. Only two checkpoints signed by the log that contradict each other stop
  the register here, and the evidence is kept.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from liaison.errors import LiaisonError, MalformedError, UnreachableError, UsageError, VerificationError
from liaison.keys.public import PublicKey
from liaison.node.log.projections import VoidEntry, fold_entries
from liaison.node.log.remote import RemoteLog
from liaison.node.log.sources import mirrors
from liaison.node.log.staging import drop_staged, fetch_entries
from liaison.node.log.tiles import DatabaseTileStore
from liaison.node.log.trust import (
    can_take_in,
    locked,
    merge_cosignatures,
    settle_trust,
    stored_head,
    stored_note,
    take_in,
)
from liaison.node.log.views import RowsView
from liaison.node.models import FollowedRegister
from liaison.node.node import Node
from liaison.node.peering import PeerAddress
from liaison.node.reads.own import setting
from liaison.node.reads.register import followed
from liaison.node.services.alarms import raise_alarm, raise_fork, raise_void
from liaison.node.services.records import fetch_records
from liaison.node.services.recovery.noticing import judge_own_line
from liaison.node.services.secretariat import is_secretariat
from liaison.node.unit_of_work import READ_ONLY, catching_up, reading, unit_of_work
from liaison.node.work.statements import change
from liaison.register import anchor as anchors
from liaison.register.bodies import RegisterOpened
from liaison.register.entries import decode_entry
from liaison.tlog.checkpoint import Checkpoint, parse_checkpoint, verify_checkpoint
from liaison.tlog.log import LogReader, follow_entries
from liaison.tlog.monitor import View, compare_view, find_fork
from liaison.tlog.proofs import TreeHead
from liaison.tlog.tiles import WIDTH
from liaison.wire.note import Note, format_note

CHUNK = 16_384

log = logging.getLogger("liaison.mirror")


@dataclass(frozen=True, slots=True)
class Synced:
    """What a synchronisation did: new entries, sizes, void entries, and which mirrors failed with which code."""

    register: str
    size: int
    trusted_size: int
    fetched: int
    void: tuple[int, ...] = ()
    failed: dict[str, str] = field(default_factory=dict)


def follow_register(node: Node, *, anchor: bytes) -> str:
    """Begin to mirror the register an anchor file names; its hash. Idempotent."""
    named = anchors.parse_anchor(anchor)
    with unit_of_work(node):
        FollowedRegister.objects.get_or_create(
            register=named.register,
            defaults={"origin": named.origin, "title": "", "rehearsal": False, "anchor": anchor},
        )
    return named.register


@catching_up()
def sync_register(node: Node, *, register: str) -> Synced:
    """Bring the own copy up to date from the first mirror that can, on a restored node from every one.

    Raises `UnreachableError` if none could.
    """
    row = followed(node, register)
    if row.stopped:
        raise VerificationError("register-stopped", register=register)
    void: list[VoidEntry] = []
    if not _is_settled(row):
        void, row = _fold(node, register), followed(node, register)
    failed: dict[str, str] = {}
    restored, fetched, answered = bool(setting(node, READ_ONLY)), 0, False
    if is_secretariat(node, register) and not restored:
        return _report(row, 0, void, failed)
    for source in mirrors(node, register):
        try:
            new, found = _sync_from(node, row, source, checks=True)
        except LiaisonError as error:
            failed[source.url] = error.code
            if error.code == "register-forked":
                raise
            continue
        fetched, answered = fetched + new, True
        row = followed(node, register)
        void += found
        if not _is_settled(row):
            void += _fold(node, register)
            _catch_trust(node, register, source)
            row = followed(node, register)
        if not restored:
            break
    if not answered:
        raise UnreachableError("no-mirror-answered", register=register, tried=len(failed))
    return _report(row, fetched, void, failed)


@catching_up()
def sync_from(node: Node, *, register: str, source: PeerAddress) -> None:
    """Bring the own copy up to what one named mirror has. Raises what is wrong with it."""
    # What one mirror led to is no check of the register: a restored node must not open because of it.
    _sync_from(node, followed(node, register), source, checks=False)
    if not _is_settled(followed(node, register)):
        _fold(node, register)


def sync_all(node: Node) -> int:
    """Synchronise every followed register and fetch its record parts; how many could be. The worker does it."""
    done = 0
    with reading(node):
        registers = list(FollowedRegister.objects.filter(stopped="").values_list("register", flat=True))
    for register in registers:
        try:
            sync_register(node, register=register)
            fetch_records(node, register=register)
            done += 1
        except LiaisonError as error:
            log.warning("register %s not synchronised: %s", register[:16], error.code)
    return done


def _is_settled(row: FollowedRegister) -> bool:
    """Whether all that is stored is folded and trusted."""
    return bool(row.applied == row.size == row.trusted_size and row.trusted_checkpoint)


def _sync_from(node: Node, row: FollowedRegister, source: PeerAddress, *, checks: bool) -> tuple[int, list[VoidEntry]]:
    """Take what one mirror has that is new and right; the number of new entries, and the void ones folded already."""
    register = row.register
    remote = RemoteLog(node.link, source, register)
    note = remote.checkpoint()
    # (1)
    checkpoint = verify_checkpoint(note, row.origin, _log_keys(node, row, remote, note))
    judge_own_line(node, register, note, checkpoint)
    if checkpoint.size <= row.size:
        _compare(node, row, note, checkpoint, checks=checks)
        return 0, []
    # (2)
    start = row.size
    leaves = list(fetch_entries(node, register, remote, start, checkpoint.size))
    # (3)
    void: list[VoidEntry] = []
    try:
        with unit_of_work(node):
            row = locked(register)
            overtaken = checkpoint.size <= row.size
            if not overtaken:
                void = _append(node, row, note, leaves[row.size - start :], checks=checks)
            drop_staged(register)
    except VerificationError as error:
        with unit_of_work(node):
            drop_staged(register)
        _look_for_fork(node, row, note, remote, checkpoint)
        raise VerificationError("mirror-not-consistent", reason=error.code) from error
    if overtaken:
        # Another process of this node stored as much or more meanwhile: only what is said is compared.
        _compare(node, row, note, checkpoint, checks=checks)
    return 0 if overtaken else len(leaves), void


def _catch_trust(node: Node, register: str, source: PeerAddress) -> None:
    """Where the newest checkpoint has no quorum yet, trust up to the newest that has one."""
    row = followed(node, register)
    if row.trusted_size >= row.size:
        return
    try:
        note = RemoteLog(node.link, source, register).trusted_checkpoint()
        checkpoint = verify_checkpoint(note, row.origin, _held_keys(node, register)) if note else None
    except (UnreachableError, MalformedError, VerificationError):
        return
    if note is not None and checkpoint is not None and row.trusted_size < checkpoint.size <= row.size:
        _compare(node, row, note, checkpoint, checks=True)


def _append(node: Node, row: FollowedRegister, note: Note, leaves: list[bytes], *, checks: bool) -> list[VoidEntry]:
    store, at_once = DatabaseTileStore(row.register), can_take_in(row, len(leaves))
    growth = follow_entries(store, stored_head(row), leaves, parse_checkpoint(note.text).head)
    store.write(growth.items)
    row.size, row.checkpoint = growth.head.size, format_note(note)
    row.checked_at = node.clock.now() if checks else row.checked_at
    void = take_in(row, leaves, note) if at_once else []
    changed = ("size", "checkpoint", "checked_at", "applied", "trusted_size", "trusted_checkpoint")
    change(FollowedRegister, row.register, **{name: getattr(row, name) for name in changed})
    for entry in void:
        raise_void(node, row, entry)
    if at_once:
        _warn_if_behind(node, row.register)
    return void


def _log_keys(node: Node, row: FollowedRegister, remote: RemoteLog, note: Note) -> tuple[PublicKey, ...]:
    """The log's keys: from the fold, or the first time from leaf 0, which the register's hash vouches for."""
    with reading(node):
        facts = RowsView(row.register, pending=True).globals()
    if facts is not None:
        return facts.log_keys
    size = parse_checkpoint(note.text).size
    first = next(fetch_entries(node, row.register, remote, 0, min(size, WIDTH)), b"")
    opening = decode_entry(first, index=0)
    if opening.leaf != row.register or not isinstance(opening.body, RegisterOpened):
        raise VerificationError("mirror-other-register", register=row.register)
    with unit_of_work(node):
        FollowedRegister.objects.filter(register=row.register).update(
            title=opening.body.title, rehearsal=opening.body.rehearsal
        )
    return opening.body.log_keys


def _compare(node: Node, row: FollowedRegister, note: Note, checkpoint: Checkpoint, *, checks: bool) -> None:
    """A mirror that has no more than we: it may have cosignatures, or another history."""
    with reading(node):
        reader = LogReader(DatabaseTileStore(row.register), stored_head(row))
        if row.size and compare_view(reader, checkpoint.head) is View.FORKED:
            keys = _held_keys(node, row.register)
            evidence = find_fork(stored_note(row), note, origin=row.origin, keys=keys, larger=reader)
            if evidence is not None:
                raise raise_fork(node, row.register, evidence)
    with unit_of_work(node):
        row = locked(row.register)
        merged = merge_cosignatures(row, note) if checkpoint.size == row.size else note
        settle_trust(row, merged)
        if checks:
            FollowedRegister.objects.filter(register=row.register).update(checked_at=node.clock.now())


def _look_for_fork(node: Node, row: FollowedRegister, note: Note, remote: RemoteLog, checkpoint: Checkpoint) -> None:
    """Raise `register-forked` if the log itself signed both histories; return if the mirror is merely wrong."""
    if not row.checkpoint:
        return
    reader = LogReader(remote, TreeHead(checkpoint.size, checkpoint.root))
    try:
        keys = _held_keys(node, row.register)
        evidence = find_fork(stored_note(row), note, origin=row.origin, keys=keys, larger=reader)
    except (VerificationError, UsageError):
        return
    if evidence is not None:
        raise raise_fork(node, row.register, evidence)


def _held_keys(node: Node, register: str) -> tuple[PublicKey, ...]:
    with reading(node):
        facts = RowsView(register, pending=True).globals()
    return facts.log_keys if facts is not None else ()


def _fold(node: Node, register: str) -> list[VoidEntry]:
    """(4) and (5): fold what is stored, in pieces that each commit, then trust what a quorum cosigned."""
    void: list[VoidEntry] = []
    row = followed(node, register)
    with node.lanes(row.size - row.applied) as lanes:
        while True:
            with unit_of_work(node):
                row = locked(register)
                if row.applied >= row.size:
                    break
                found = fold_entries(register, limit=CHUNK, lanes=lanes)
                row.refresh_from_db()
                for entry in found:
                    raise_void(node, row, entry)
                void += found
    with unit_of_work(node):
        row = locked(register)
        if row.size and (row.trusted_size < row.size or not row.trusted_checkpoint):
            settle_trust(row, stored_note(row))
        _warn_if_behind(node, register)
    return void


def _warn_if_behind(node: Node, register: str) -> None:
    facts = RowsView(register, pending=True).globals()
    if facts is not None and facts.stopped_at is not None:
        raise_alarm(node, register, "rules-not-known", subject=str(facts.stopped_at), index=facts.stopped_at)


def _report(row: FollowedRegister, fetched: int, void: list[VoidEntry], failed: dict[str, str]) -> Synced:
    return Synced(row.register, row.size, row.trusted_size, fetched, tuple(entry.index for entry in void), failed)
