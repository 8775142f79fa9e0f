"""Does the log tell everyone the same, and if not, how is that shown to a third party?

    {"first":"log.register.example\\n5\\n…","prefix":"CsUY…","proof":["PlRN…"],"second":"log.register.example\\n9\\n…"}

`first` and `second` are checkpoints the log signed, the smaller first. `proof` shows that the tree of the second begins
with a tree of the first's size whose root is `prefix`; when that is not the first's root, the log has two histories.

Invariants:
- Evidence convinces with the keys of the log alone; nobody's word and no other file is needed.
- Two honest views are never evidence: the two roots of one tree at one size are equal.

Spec page: docs/spec/witness.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from liaison.errors import UsageError, VerificationError
from liaison.keys.public import PublicKey
from liaison.tlog.checkpoint import Checkpoint, verify_checkpoint
from liaison.tlog.log import LogReader
from liaison.tlog.merkle import HASH_SIZE
from liaison.tlog.proofs import Proof, TreeHead, verify_consistency
from liaison.tlog.tlogproof import PROOF_LIMIT, decode_hashes, encode_hashes
from liaison.wire import canonical
from liaison.wire.identifiers import decode_base64, encode_base64
from liaison.wire.note import Note, format_note, parse_note

NO_HASHES: Proof = ()


class View(StrEnum):
    """How somebody else's view of the log stands to one's own."""

    SAME = "same"
    EARLIER = "earlier"
    LATER = "later"
    FORKED = "forked"


@dataclass(frozen=True, slots=True)
class ForkEvidence:
    """Two signed checkpoints of one log that cannot both be true, and the proof of it."""

    first: Note
    second: Note
    prefix: bytes
    proof: Proof


class _ForkFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    first: str
    prefix: str
    proof: tuple[str, ...]
    second: str


def compare_view(own: LogReader, other: TreeHead) -> View:
    """How the tree `other` named by somebody stands to one's own tiles; LATER is not yet judged.

    Raises VerificationError when the own tiles are damaged.
    """
    if other.size > own.head.size:
        return View.LATER
    own.consistency(other.size)
    if own.earlier(other.size).root != other.root:
        return View.FORKED
    return View.SAME if other.size == own.head.size else View.EARLIER


def find_fork(
    first: Note, second: Note, *, origin: str, keys: Sequence[PublicKey], larger: LogReader
) -> ForkEvidence | None:
    """Evidence that two checkpoints of one log contradict each other, or None when they agree.

    `larger` reads the tiles of the checkpoint with more entries (of either, when the sizes are equal).
    Raises VerificationError when one is not signed by the log or the tiles are damaged, UsageError for other tiles.
    """
    notes = sorted(((verify_checkpoint(note, origin, keys), note) for note in (first, second)), key=_size)
    (low, low_note), (high, high_note) = notes
    if low.size == high.size:
        prefix, proof = high.root, NO_HASHES
    elif larger.head != high.head:
        raise UsageError("fork-other-tiles", size=high.size)
    else:
        prefix, proof = larger.earlier(low.size).root, larger.consistency(low.size)
    return None if prefix == low.root else ForkEvidence(low_note, high_note, prefix, proof)


def verify_fork(evidence: ForkEvidence, *, origin: str, keys: Sequence[PublicKey]) -> tuple[Checkpoint, Checkpoint]:
    """The two checkpoints, when the log signed both and they contradict each other.

    Raises MalformedError or VerificationError otherwise: then nothing is shown against the log.
    """
    first, second = (verify_checkpoint(note, origin, keys) for note in (evidence.first, evidence.second))
    verify_consistency(TreeHead(first.size, evidence.prefix), second.head, evidence.proof)
    if evidence.prefix == first.root:
        raise VerificationError("fork-not-shown", size=first.size)
    return first, second


def encode_fork(evidence: ForkEvidence) -> bytes:
    """The bytes of a file of evidence."""
    first, second = (format_note(note).decode() for note in (evidence.first, evidence.second))
    return canonical.encode_struct(
        _ForkFile(first, encode_base64(evidence.prefix), tuple(encode_hashes(evidence.proof)), second)
    )


def decode_fork(data: bytes) -> ForkEvidence:
    """The evidence in a file. Raises MalformedError."""
    file = canonical.decode_struct(data, _ForkFile, limit=2 * PROOF_LIMIT)
    first, second = (parse_note(text.encode()) for text in (file.first, file.second))
    return ForkEvidence(first, second, decode_base64(file.prefix, length=HASH_SIZE), decode_hashes(file.proof))


def _size(pair: tuple[Checkpoint, Note]) -> int:
    return pair[0].size
