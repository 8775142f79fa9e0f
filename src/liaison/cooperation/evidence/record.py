"""How does a custody record travel beside the evidence, and how do two copies of one become one?

    {"lines":[{envelope},…],"manifest":{…},"record":1,"stamps":{"<hash of a line>":"<base64 of a time-stamp answer>"}}

Invariants (docs/spec/evidence.md): lines are sorted by their hash, each once; a stamp is of a line that is there;
lines are only ever added, so the union of two records of one item is a record of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from liaison.cooperation.evidence.chain import Custody, fold_custody
from liaison.cooperation.evidence.custody import SignedLine, decode_line
from liaison.cooperation.evidence.manifest import LARGEST_MANIFEST, Manifest, check_manifest, hash_manifest
from liaison.errors import MalformedError, VerificationError
from liaison.wire.canonical import decode_struct, encode, encode_struct
from liaison.wire.envelope import EnvelopeForm, form_of
from liaison.wire.identifiers import Base64, Hash, decode_base64, encode_base64

MOST_LINES = 10_000
LARGEST_RECORD = LARGEST_MANIFEST + 32 * 1024 * 1024
LARGEST_STAMP = 64 * 1024


@dataclass(frozen=True, slots=True)
class Record:
    """What was collected, what was done with it, and when others saw the lines."""

    manifest: Manifest
    lines: tuple[SignedLine, ...]
    stamps: Mapping[str, bytes]

    def fold(self) -> Custody:
        """Who has it under which conditions, and what is broken."""
        return fold_custody(hash_manifest(self.manifest), self.lines)


class _Written(msgspec.Struct, frozen=True):
    record: Literal[1]
    manifest: Manifest
    lines: tuple[EnvelopeForm, ...]
    stamps: dict[Hash, Base64]


class _File(msgspec.Struct, frozen=True):
    record: Literal[1]
    manifest: Manifest
    lines: tuple[dict[str, Any], ...]
    stamps: dict[Hash, Base64]


def make_record(manifest: Manifest, lines: Iterable[SignedLine], stamps: Mapping[str, bytes]) -> Record:
    """The record of these lines, in its one order."""
    by_hash = {each.line_hash: each for each in lines}
    kept = {name: stamp for name, stamp in stamps.items() if name in by_hash}
    return Record(manifest, tuple(by_hash[name] for name in sorted(by_hash)), kept)


def encode_record(record: Record) -> bytes:
    """The canonical bytes of a record. Raises MalformedError."""
    return encode_struct(
        _Written(
            record=1,
            manifest=record.manifest,
            lines=tuple(form_of(each.envelope) for each in record.lines),
            stamps={name: encode_base64(stamp) for name, stamp in record.stamps.items()},
        )
    )


def decode_record(data: bytes) -> Record:
    """The record in canonical bytes, its form checked and no signature yet. Raises MalformedError."""
    file = decode_struct(data, _File, limit=LARGEST_RECORD)
    check_manifest(file.manifest)
    if not 1 <= len(file.lines) <= MOST_LINES:
        raise MalformedError("custody-lines", count=len(file.lines), limit=MOST_LINES)
    lines = tuple(decode_line(encode(each)) for each in file.lines)
    hashes = [each.line_hash for each in lines]
    if hashes != sorted(set(hashes)) or not file.stamps.keys() <= set(hashes):
        raise MalformedError("custody-order")
    stamps = {name: decode_base64(stamp) for name, stamp in file.stamps.items()}
    if any(len(stamp) > LARGEST_STAMP for stamp in stamps.values()):
        raise MalformedError("stamp-malformed")
    return Record(file.manifest, lines, stamps)


def merge_records(ours: Record, theirs: Record) -> Record:
    """All lines of both. Raises VerificationError when they are of different evidence."""
    if hash_manifest(ours.manifest) != hash_manifest(theirs.manifest):
        raise VerificationError("evidence-of-another")
    return make_record(ours.manifest, (*ours.lines, *theirs.lines), {**theirs.stamps, **ours.stamps})
