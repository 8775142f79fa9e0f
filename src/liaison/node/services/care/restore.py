"""How does a node come back from a backup without contradicting what it said since? It opens for reading only.

    1. the manifest is authentic
    2. every file is copied aside and is what the manifest says
    3. the tables are brought up to date, a fresh epoch begins, the node is closed for writing
    4. the home gets its name

    restored, read-only ──restore --done──────────▶ open     every followed register was synchronised since, and
                                                             every peer with dealings told what it has of us
                        ──restore --confirm-alone─▶ open     the operator's word that nobody has anything newer

Invariants:
- Until step 4 there is no home, so a node is never open for writing in between, wherever it is killed.
- While read-only no unit of work opens, so it signs, sends, receipts, sequences and cosigns nothing; it still mirrors.
- A witness that opens again starts at least from the head its mirror has, so that it never cosigns a fork of that.
"""

from __future__ import annotations

from datetime import datetime

from liaison.errors import UsageError
from liaison.keys.public import Purpose
from liaison.node.models import FollowedRegister, HeldKey, Timer, WitnessedHead
from liaison.node.node import Node
from liaison.node.reads.own import setting
from liaison.node.services.recovery.inquiries import begin_inquiries, waiting_peers
from liaison.node.services.setup import begin_epoch, migrate
from liaison.node.unit_of_work import READ_ONLY, catching_up, close_for_writing, open_for_writing, unit_of_work
from liaison.tlog.checkpoint import parse_checkpoint
from liaison.wire.identifiers import format_instant, parse_instant
from liaison.wire.note import parse_note


def begin_restored_life(node: Node, *, since: datetime | None = None) -> str:
    """Bring restored tables up to date, begin a fresh epoch and close the node for writing; the epoch.

    The peers are to be asked from `since` (when the backup was made), or for everything.
    """
    migrate(node)
    with catching_up(), unit_of_work(node):
        epoch = begin_epoch(node, reason="restore")
        close_for_writing(node, format_instant(node.clock.now().replace(microsecond=0)))
        begin_inquiries(node, since)
    return epoch


def open_restored(node: Node, *, alone: bool) -> list[str]:
    """Let a restored node speak again; the registers it follows.

    Raises `UsageError` if it was not restored, or if a register was not synchronised since or a peer with dealings has
    not answered, and not `alone`.
    """
    since = setting(node, READ_ONLY)
    if not since:
        raise UsageError("node-not-restored")
    with catching_up(), unit_of_work(node):
        followed = list(FollowedRegister.objects.order_by("register"))
        behind = [row for row in followed if row.checked_at is None or row.checked_at < parse_instant(since)]
        if behind and not alone:
            raise UsageError("restored-not-synchronised", register=behind[0].register, count=len(behind))
        silent = waiting_peers()
        if silent and not alone:
            raise UsageError("restored-peers-silent", count=len(silent), peer=silent[0].peer_participant[:16])
        for row in followed:
            _raise_witness(row)
        open_for_writing()
        # Desks whose keys are newer than the backup get fresh ones.
        Timer.objects.filter(name="rotate-sealing-keys").update(due=node.clock.now())
    return [row.register for row in followed]


def _raise_witness(row: FollowedRegister) -> None:
    """What was cosigned after the backup is not known; what this node now holds of the log is the least of it."""
    held = HeldKey.objects.filter(register=row.register, purpose=Purpose.COSIGNING.value, retired_at=None)
    if not row.checkpoint or not held.exists():
        return
    checkpoint = parse_checkpoint(parse_note(bytes(row.checkpoint)).text)
    known = WitnessedHead.objects.filter(register=row.register).first()
    if known is None or known.size < checkpoint.size:
        WitnessedHead.objects.update_or_create(
            register=row.register, defaults={"size": checkpoint.size, "root": checkpoint.root.hex()}
        )
