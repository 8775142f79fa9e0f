"""How do witnesses and the secretariat meet? The secretariat asks, each witness verifies and signs one line.

Invariants:
- A witness reads its last head, verifies consistency and stores the new head in one transaction before its line
  leaves; it never cosigns two heads that do not continue each other.
- One cosigner a node; a node cosigns for itself alone, under the name the fold gives its key.
- Nothing is locked while the secretariat waits for a witness; a silent one costs its own line only.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from liaison.errors import LiaisonError, NotNowError, UnreachableError, UsageError, VerificationError
from liaison.keys.ports import Signer
from liaison.keys.public import Purpose
from liaison.node.keyring import signer_by_fingerprint
from liaison.node.log.tiles import DatabaseTileStore
from liaison.node.log.trust import locked, merge_cosignatures, settle_trust, stored_head, stored_note
from liaison.node.log.views import RowsView
from liaison.node.models import FollowedRegister, HeldKey, WitnessedHead, WitnessProgress
from liaison.node.node import Node
from liaison.node.peering import PeerRequest
from liaison.node.reads.own import require_writable
from liaison.node.reads.register import followed, peer_address
from liaison.node.services.ceremony import sign_own
from liaison.node.services.secretariat import submit_entry
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.register.bodies import CheckpointNoted
from liaison.register.facts import Cosigner
from liaison.register.law.quorums import cosigner_name
from liaison.register.vocabulary import REGISTER
from liaison.tlog.log import LogReader
from liaison.tlog.proofs import EMPTY_HEAD, TreeHead
from liaison.tlog.witness import (
    AddCheckpoint,
    answer_cosigned,
    format_add_checkpoint,
    judge_checkpoint,
    parse_add_checkpoint,
    parse_size,
)
from liaison.wire.note import Note, parse_signatures

log = logging.getLogger("liaison.witnessing")


@dataclass(frozen=True, slots=True)
class Collected:
    """What a round of collecting brought: who cosigned, who did not and why, and whether it is trusted now."""

    size: int
    cosigned: tuple[str, ...]
    silent: dict[str, str]
    trusted: bool


def cosign_checkpoint(node: Node, *, register: str, body: bytes) -> bytes:
    """The cosignature lines for an add-checkpoint request. Raises what `tlog.witness.status_of` names."""
    require_writable(node)
    request = parse_add_checkpoint(body)
    with unit_of_work(node):
        row = FollowedRegister.objects.select_for_update().filter(register=register).first()
        facts = RowsView(register, pending=True).globals()
        keys = facts.log_keys if row and facts and not row.stopped else None
        last = WitnessedHead.objects.filter(register=register).first()
        head = TreeHead(last.size, bytes.fromhex(last.root)) if last else EMPTY_HEAD
        checkpoint = judge_checkpoint(request, keys=keys, last=head)
        WitnessedHead.objects.update_or_create(
            register=register, defaults={"size": checkpoint.size, "root": checkpoint.root.hex()}
        )
        signers = own_cosigners(node, register)
    return answer_cosigned(request, signers, time=int(node.clock.now().timestamp()))


def witnessed_size(node: Node, register: str) -> int:
    """The size this node cosigned last; 0 if it never did."""
    with reading(node):
        row = WitnessedHead.objects.filter(register=register).first()
    return int(row.size) if row else 0


def own_cosigners(node: Node, register: str) -> dict[str, Signer]:
    """Name → key of the cosigners this node runs by the register. Raises `UsageError` if it runs none."""
    held = HeldKey.objects.filter(register=register, purpose=Purpose.COSIGNING.value, retired_at=None)
    rows = list(held.order_by("created_at", "fingerprint"))
    view = RowsView(register, pending=True)
    facts = view.globals()
    origin = facts.origin if facts is not None else ""
    found: dict[str, Signer] = {}
    for row in rows:
        fact = view.key(row.fingerprint)
        if fact is not None and fact.in_force:
            name = cosigner_name(origin, row.participant, row.node)
            found[name] = signer_by_fingerprint(node, row.fingerprint)
    if not found:
        raise UsageError("not-a-witness", register=register)
    return found


def collect_cosignatures(node: Node, *, register: str) -> Collected:
    """Ask every witness of the present policy for its line on the present checkpoint; keep what comes."""
    row = followed(node, register)
    if not row.checkpoint:
        raise NotNowError("register-empty", register=register)
    note, size = stored_note(row), row.size
    with reading(node):
        quorum = RowsView(register, pending=True).quorum(size)
    cosigned, silent = [], {}
    for cosigner in quorum.cosigners if quorum else ():
        try:
            note = _ask(node, row, note, cosigner)
            cosigned.append(cosigner.name)
        except LiaisonError as error:
            silent[cosigner.name] = error.code
    with unit_of_work(node):
        row = locked(register)
        if row.size == size and cosigned:
            note = merge_cosignatures(row, note)
        trusted = settle_trust(row, note)
    return Collected(size, tuple(cosigned), silent, trusted)


def _ask(node: Node, row: FollowedRegister, note: Note, cosigner: Cosigner) -> Note:
    """One witness's line, added to `note`; asks again once if it stands at another size than thought."""
    with reading(node):
        place = {"register": row.register, "participant": cosigner.participant, "node": cosigner.node}
        known = WitnessProgress.objects.filter(**place).first()
    old = int(known.size) if known else 0
    answer = _post(node, row, note, cosigner, old)
    if isinstance(answer, int):
        answer = _post(node, row, note, cosigner, answer)
    if isinstance(answer, int):
        raise VerificationError("witness-stands-elsewhere", size=answer, old=old)
    with unit_of_work(node):
        WitnessProgress.objects.update_or_create(**place, defaults={"size": row.size})
    return Note(note.text, (*note.signatures, *parse_signatures(answer)))


def _post(node: Node, row: FollowedRegister, note: Note, cosigner: Cosigner, old: int) -> bytes | int:
    """The lines a witness answers, or the size where it stands."""
    own = _own_lines(node, row, note, cosigner, old)
    if own is not None:
        return own
    address = peer_address(node, row.register, cosigner.participant, cosigner.node)
    if address is None:
        raise UnreachableError("peer-has-no-door", peer=cosigner.participant[:16])
    answer = node.link.call(
        address,
        PeerRequest("POST", f"/registers/{row.register}/add-checkpoint", _request(node, row, note, old), "text/plain"),
    )
    if answer.status == 409:
        return parse_size(answer.body)
    if answer.status != 200:
        raise UnreachableError("witness-refused", status=answer.status)
    return answer.body


def _own_lines(node: Node, row: FollowedRegister, note: Note, cosigner: Cosigner, old: int) -> bytes | None:
    """The line of a witness that this same node runs, without a call."""
    with reading(node):
        held = HeldKey.objects.filter(fingerprint=cosigner.key.fingerprint, retired_at=None).exists()
    if not held:
        return None
    old = witnessed_size(node, row.register)
    return cosign_checkpoint(node, register=row.register, body=_request(node, row, note, old))


def _request(node: Node, row: FollowedRegister, note: Note, old: int) -> bytes:
    with reading(node):
        reader = LogReader(DatabaseTileStore(row.register), stored_head(row))
        proof = reader.consistency(min(old, row.size))
    return format_add_checkpoint(AddCheckpoint(old, proof, Note(note.text, note.signatures[:1])))


def note_checkpoint(node: Node, *, register: str) -> int:
    """Log the latest trusted checkpoint with its cosignatures (`checkpoint.noted`); the index of the entry."""
    row = followed(node, register)
    if not row.trusted_checkpoint:
        raise NotNowError("register-not-trusted-yet", register=register)
    body = CheckpointNoted(bytes(row.trusted_checkpoint).decode())
    envelope = sign_own(node, register=register, participant=REGISTER, node_id=None, body=body)
    return submit_entry(node, register=register, envelope=envelope)


def cosign_all(node: Node) -> int:
    """Collect cosignatures for every register of this secretariat that lacks them; how many were asked for."""
    asked = 0
    for register in _own_registers(node):
        row = followed(node, register)
        if row.size > row.trusted_size:
            _attempt(register, lambda register=register: collect_cosignatures(node, register=register))  # type: ignore[misc]
            asked += 1
    return asked


def note_all(node: Node) -> int:
    """Log the latest cosigned checkpoint of every register of this secretariat that has witnesses; how many."""
    noted = 0
    for register in _own_registers(node):
        with reading(node):
            quorum = RowsView(register).quorum(followed(node, register).trusted_size)
        if quorum is not None and quorum.k:
            _attempt(register, lambda register=register: note_checkpoint(node, register=register))  # type: ignore[misc]
            noted += 1
    return noted


def _attempt(register: str, action: Callable[[], object]) -> None:
    """What fails for one register does not stop the others; the next time tries again."""
    try:
        action()
    except LiaisonError as error:
        log.warning("register %s: %s", register[:16], error.code)


def _own_registers(node: Node) -> list[str]:
    with reading(node):
        held = HeldKey.objects.filter(purpose=Purpose.LOG.value, retired_at=None).exclude(register="")
        return sorted(set(held.values_list("register", flat=True)))
