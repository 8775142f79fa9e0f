"""How is evidence opened, copied and exported? After the conditions were accepted, each time with a signed line.

    opened = open_evidence(node, seat, "9f86d081", accepted=hash_of_the_conditions, by=7)
    for file, chunks in opened: …                                  what was yielded counts when `chunks` ends

Invariants (docs/spec/evidence.md):
- the conditions are accepted by their hash, so nobody accepts what was not shown; without it nothing opens;
- the line is durable before the first byte is handed out; it does not say who the officer is, the desk's trail does;
- by no other door do the files of a hand-over come out (`services.line.attachments.open_file`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from liaison.cooperation.evidence.chain import Custody
from liaison.cooperation.evidence.conditions import hash_conditions
from liaison.cooperation.evidence.container import write_container
from liaison.cooperation.evidence.custody import Event
from liaison.cooperation.evidence.manifest import EvidenceFile, decode_manifest
from liaison.errors import UsageError
from liaison.messages.message import Attachment
from liaison.node.models import EvidenceItem
from liaison.node.node import Node
from liaison.node.services.evidence.keeping import (
    HELD,
    custody_of,
    desk_of,
    files_of,
    own_item,
    record_of,
    require_held,
    write_line,
)
from liaison.node.services.line.attachments import open_attachment
from liaison.node.services.line.transcripts import log_copy
from liaison.node.services.people.audit import note
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.officers.permissions import Action, require
from liaison.wire.canonical import JSON


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """One file of the evidence, to be read once."""

    file: EvidenceFile
    chunks: Iterator[bytes]


def open_evidence(
    node: Node, seat: Seat, evidence: str, *, by: int, accepted: str = "", copied: str = ""
) -> list[OpenedFile]:
    """Write that the evidence is opened, and give its files; with `copied` also that they leave the node, and why.

    `accepted` is the hash of the conditions the officer has read, where there are any. Raises UsageError.
    """
    require(Action.READ_CASE, seat.roles)
    with unit_of_work(node):
        row = _to_open(node, seat, evidence)
        _write_opened(node, row, custody_of(row), accepted)
        _note(node, row, "evidence-opened", by)
        if copied:
            write_line(node, row, Event.COPIED, remark=copied)
            _note(node, row, "evidence-copied", by)
        files, sealed = decode_manifest(bytes(row.manifest)).files, files_of(row)
    return [OpenedFile(file, open_attachment(node, each)) for file, each in zip(files, sealed, strict=True)]


def note_copy(node: Node, seat: Seat, evidence: str, remark: str, *, by: int) -> None:
    """Write that a copy was made outside of this node. Raises UsageError, VerificationError before it was opened."""
    require(Action.WRITE, seat.roles)
    with unit_of_work(node):
        row = own_item(seat.register, seat.desk, evidence, lock=True)
        require_held(row)
        write_line(node, row, Event.COPIED, remark=remark)
        _note(node, row, "evidence-copied", by)


def export_evidence(node: Node, seat: Seat, evidence: str, *, by: int, accepted: str = "") -> Iterator[bytes]:
    """The container that is checked without a node, in pieces; after a destruction the record alone.

    A copy like any other: written down before the first byte. Raises UsageError.
    """
    require(Action.READ_CASE, seat.roles)
    with unit_of_work(node):
        row = own_item(seat.register, seat.desk, evidence, lock=True)
        files: tuple[Attachment, ...] = ()
        if row.state == HELD:
            row = _to_open(node, seat, evidence)
            _write_opened(node, row, custody_of(row), accepted)
            write_line(node, row, Event.COPIED, remark="Container for checking offline")
            files = files_of(row)
        _note(node, row, "evidence-exported", by)
    with reading(node):
        record, log = record_of(row), log_copy(seat.register)
    return write_container(record, log, ((each.plain, each.size, open_attachment(node, each)) for each in files))


def _to_open(node: Node, seat: Seat, evidence: str) -> EvidenceItem:
    """The item, locked, with all its files here. Raises UsageError."""
    row = own_item(seat.register, seat.desk, evidence, lock=True)
    require_held(row)
    for each in files_of(row):
        if not node.blobs.has(each.sealed):
            raise UsageError("evidence-not-here", name=each.name)
    return row


def _write_opened(node: Node, row: EvidenceItem, custody: Custody, accepted: str) -> None:
    conditions = custody.holders[desk_of(row)].conditions
    wanted = None if conditions is None else hash_conditions(conditions)
    if accepted != (wanted or ""):
        raise UsageError("evidence-not-accepted", evidence=row.evidence[:16])
    write_line(node, row, Event.OPENED, accepted=wanted)


def _note(node: Node, row: EvidenceItem, action: str, by: int) -> None:
    told: JSON = {"desk": row.desk, "evidence": row.evidence}
    note(node, action, officer=by, subject=row.case, params=told, participant=row.participant)
