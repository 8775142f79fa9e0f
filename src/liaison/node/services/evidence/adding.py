"""How does a file become evidence? Its hashes are taken as it is read at its source, and it is sealed in the same pass.

    evidence = add_evidence(node, seat, "019a…", [Source("disk.img", "application/octet-stream", chunks)],
                            Words("en", "Image of a server's disk"), by=7)
    require_case(node, seat, "019a…")            where files arrive by themselves: before the first byte, then
    each = collect(node, Source(…))              each as it comes, then
    evidence = keep_evidence(node, seat, "019a…", [each, …], Words(…), by=7)

Invariants (docs/spec/evidence.md): no plaintext touches the disk; the item, its first signed line and the names of its
sealed files are one transaction; what was sealed for an item that was not made is swept away like any such file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from liaison.cooperation.evidence.conditions import Words
from liaison.cooperation.evidence.custody import Event
from liaison.cooperation.evidence.manifest import EvidenceFile, Manifest, Measure, check_manifest, hash_manifest
from liaison.errors import UsageError
from liaison.messages.message import Attachment
from liaison.node.models import Case, EvidenceItem
from liaison.node.node import Node
from liaison.node.reads.inside.rules import columns
from liaison.node.services.evidence.keeping import add_lines, next_line, sign_first
from liaison.node.services.line.attachments import hold_blobs, seal_attachment
from liaison.node.services.line.transcripts import require_texts
from liaison.node.services.people.audit import note
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.officers.permissions import Action, require
from liaison.wire.canonical import JSON, encode_struct


@dataclass(frozen=True, slots=True)
class Source:
    """A file to be collected; its bytes are read once."""

    name: str
    media_type: str
    chunks: Iterable[bytes]


@dataclass(frozen=True, slots=True)
class Collected:
    """A file whose bytes were read: measured and sealed."""

    file: EvidenceFile
    sealed: Attachment


def add_evidence(
    node: Node, seat: Seat, case: str, sources: Iterable[Source], description: Words, *, by: int, remark: str = ""
) -> str:
    """Make an item of evidence of these files in a case of the desk; its identifier, the hash of its first line.

    `remark`: how and where it was collected, in one line. Raises UsageError, MalformedError, NotNowError.
    """
    require_case(node, seat, case)
    files = [collect(node, each) for each in sources]
    return keep_evidence(node, seat, case, files, description, by=by, remark=remark)


def require_case(node: Node, seat: Seat, case: str) -> None:
    """Return where this seat may add evidence to the case. Raises UsageError."""
    require(Action.WRITE, seat.roles)
    with reading(node):
        _case(seat, case)


def collect(node: Node, source: Source) -> Collected:
    """One file, measured and sealed in one pass. Raises UsageError, MalformedError, NotNowError."""
    measure = Measure()
    chunks = measure.through(source.chunks)
    sealed = seal_attachment(node, name=source.name, media_type=source.media_type, chunks=chunks)
    return Collected(measure.file(source.name, source.media_type), sealed)


def keep_evidence(
    node: Node, seat: Seat, case: str, files: Sequence[Collected], description: Words, *, by: int, remark: str = ""
) -> str:
    """Make an item of files that were collected; its identifier. Raises UsageError, MalformedError, NotNowError."""
    require(Action.WRITE, seat.roles)
    manifest = Manifest(manifest=1, description=description, files=tuple(each.file for each in files))
    check_manifest(manifest)
    with unit_of_work(node):
        found = _case(seat, case)
        says = next_line(node, seat.register, seat.desk, (), case=found.case, exercise=found.exercise, evidence=None)
        said = {"event": Event.COLLECTED, "manifest": hash_manifest(manifest), "remark": remark or None}
        first = sign_first(node, says | said)
        hold_blobs()
        row = EvidenceItem.objects.create(
            **columns(seat.register, seat.desk),
            evidence=first.line_hash,
            case=found.case,
            manifest=encode_struct(manifest),
            attachments=[msgspec.to_builtins(each.sealed) for each in files],
            added_at=node.clock.now(),
        )
        add_lines(row, [first])
        told: JSON = {"desk": seat.desk.desk, "evidence": first.line_hash, "files": len(files)}
        note(node, "evidence-added", officer=by, subject=found.case, params=told, participant=seat.desk.participant)
    return first.line_hash


def _case(seat: Seat, case: str) -> Case:
    row = Case.objects.filter(**columns(seat.register, seat.desk), case=case).first()
    if row is None:
        raise UsageError("case-not-found", case=case[:36])
    require_texts(row)
    return row
