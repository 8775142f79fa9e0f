"""How does one file show, without network, that an entry stands in a witnessed log?

    c2sp.org/tlog-proof@v1
    extra aGVsbG8=                                   only when there is extra data
    index 73894
    gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=     the audit path, the sibling of the leaf first
                                                     an empty line
    log.register.example                             the checkpoint as it was signed and cosigned
    …

Invariants: `format_proof(parse_proof(data)) == data`, or MalformedError; extra data is never authenticated.

Spec page: docs/spec/proof.md; the format is c2sp.org/tlog-proof.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from liaison.errors import MalformedError
from liaison.keys.public import PublicKey
from liaison.tlog.checkpoint import Checkpoint, verify_checkpoint
from liaison.tlog.merkle import HASH_SIZE, leaf_hash
from liaison.tlog.policy import WitnessPolicy, verify_quorum
from liaison.tlog.proofs import Proof, verify_inclusion
from liaison.wire.identifiers import decode_base64, encode_base64, parse_decimal
from liaison.wire.note import NOTE_LIMIT, Note, format_note, parse_note

PROOF_LIMIT = 2 * NOTE_LIMIT
HASHES_LIMIT = 63
_MAGIC = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True)
class LogProof:
    """An entry's index, its audit path, the checkpoint it leads to, and data nobody signed."""

    index: int
    path: Proof
    checkpoint: Note
    extra: bytes | None = None


def parse_proof(data: bytes) -> LogProof:
    """The proof in `data`.

    Raises MalformedError unless it is a proof in its only spelling, of at most 512 KiB and 63 hashes.
    """
    if len(data) > PROOF_LIMIT:
        raise MalformedError("proof-too-large", size=len(data), limit=PROOF_LIMIT)
    head, gap, note = data.partition(b"\n\n")
    lines = decode_lines(head)
    if not gap or lines[0] != _MAGIC:
        raise MalformedError("proof-lines")
    extra = None
    if len(lines) > 1 and lines[1].startswith("extra "):
        extra = decode_base64(lines.pop(1).removeprefix("extra "))
    if extra == b"" or len(lines) < 2 or not lines[1].startswith("index "):
        raise MalformedError("proof-lines")
    index = parse_decimal(lines[1].removeprefix("index "))
    return LogProof(index, decode_hashes(lines[2:]), parse_note(note), extra)


def format_proof(proof: LogProof) -> bytes:
    """The bytes of a proof file."""
    extra = [f"extra {encode_base64(proof.extra)}"] if proof.extra else []
    lines = (_MAGIC, *extra, f"index {proof.index}", *encode_hashes(proof.path))
    return "\n".join(lines).encode() + b"\n\n" + format_note(proof.checkpoint)


def verify_proof(
    proof: LogProof, entry: bytes, *, origin: str, keys: Sequence[PublicKey], policy: WitnessPolicy
) -> Checkpoint:
    """The checkpoint of `proof`, when log and witnesses signed it and `entry` stands in it at the index.

    Raises MalformedError or VerificationError otherwise.
    """
    checkpoint = verify_checkpoint(proof.checkpoint, origin, keys)
    verify_quorum(proof.checkpoint, policy)
    verify_inclusion(leaf_hash(entry), index=proof.index, proof=proof.path, head=checkpoint.head)
    return checkpoint


def decode_lines(head: bytes) -> list[str]:
    """The ASCII lines in front of a checkpoint. Raises MalformedError."""
    try:
        return head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise MalformedError("proof-lines") from error


def decode_hashes(lines: Sequence[str]) -> Proof:
    """The hashes of at most 63 lines of base64. Raises MalformedError."""
    if len(lines) > HASHES_LIMIT:
        raise MalformedError("proof-too-long", length=len(lines), limit=HASHES_LIMIT)
    return tuple(decode_base64(line, length=HASH_SIZE) for line in lines)


def encode_hashes(hashes: Proof) -> list[str]:
    """The lines of a proof's hashes."""
    return [encode_base64(value) for value in hashes]
