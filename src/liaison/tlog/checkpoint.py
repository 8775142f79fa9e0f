"""What does the log say its tree is, and did the log itself sign it?

    log.register.example                            origin: which log
    20852163                                        size: how many entries
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=    root, base64

    — log.register.example Az3grlgtzPICa5OS8npV…

Invariants:
- `format_checkpoint(parse_checkpoint(text)) == text`, or MalformedError.
- The log signs under its origin as key name, with Ed25519 (type 0x01).
- Further lines are kept as they are and mean nothing; this project writes none.

Spec page: docs/spec/checkpoint.md; the format is c2sp.org/tlog-checkpoint.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from liaison.errors import MalformedError, UsageError, VerificationError
from liaison.keys.ed25519 import verify_ed25519
from liaison.keys.ports import Signer
from liaison.keys.public import Algorithm, PublicKey
from liaison.tlog.merkle import EMPTY_ROOT, HASH_SIZE
from liaison.tlog.proofs import TreeHead
from liaison.wire.identifiers import decode_base64, encode_base64, parse_decimal
from liaison.wire.note import Note, NoteSignature, SignatureType, VerifierKey, check_name

CHECKPOINT_PATH = "checkpoint"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The tree of the log `origin`: number of entries and root (32 bytes)."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def head(self) -> TreeHead:
        """Size and root alone."""
        return TreeHead(self.size, self.root)


def parse_checkpoint(text: str) -> Checkpoint:
    """The checkpoint in the text of a note.

    Raises MalformedError for anything but three non-empty lines or more in their only spelling.
    """
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
        raise MalformedError("checkpoint-lines")
    size, root = parse_decimal(lines[1]), decode_base64(lines[2], length=HASH_SIZE)
    if size == 0 and root != EMPTY_ROOT:
        raise MalformedError("checkpoint-empty-root")
    return Checkpoint(lines[0], size, root, tuple(lines[3:-1]))


def format_checkpoint(checkpoint: Checkpoint) -> str:
    """The text of a note that says `checkpoint`."""
    lines = (checkpoint.origin, str(checkpoint.size), encode_base64(checkpoint.root), *checkpoint.extensions)
    return "\n".join(lines) + "\n"


def log_key(origin: str, public: PublicKey) -> VerifierKey:
    """The key of a log as signature lines and other programs name it.

    Raises MalformedError for an origin that cannot name a key, UsageError for a key that is not Ed25519.
    """
    if public.alg is not Algorithm.ED25519:
        raise UsageError("log-key-algorithm", alg=public.alg)
    return VerifierKey(check_name(origin), SignatureType.ED25519, public.raw)


def sign_checkpoint(checkpoint: Checkpoint, signers: Sequence[Signer]) -> Note:
    """The note in which every one of `signers` signs `checkpoint` as a key of the log.

    The caller answers for never signing two checkpoints that do not continue each other.
    """
    text = format_checkpoint(checkpoint)
    lines = []
    for signer in signers:
        key = log_key(checkpoint.origin, signer.public)
        lines.append(NoteSignature(key.name, key.key_id, signer.sign(text.encode())))
    return Note(text, tuple(lines))


def verify_checkpoint(note: Note, origin: str, keys: Sequence[PublicKey]) -> Checkpoint:
    """The checkpoint in `note`, when it is of the log `origin` and one of its `keys` signed it.

    Lines of other names or keys are ignored, as they must be.
    Raises MalformedError for another text; VerificationError for another origin, no line by a known key, or one
    line by a known key that does not verify.
    """
    checkpoint = parse_checkpoint(note.text)
    if checkpoint.origin != origin:
        raise VerificationError("checkpoint-other-origin", origin=origin)
    known = {(key.name, key.key_id): key for key in (log_key(origin, public) for public in keys)}
    signed = False
    for line in note.signatures:
        key = known.get((line.name, line.key_id))
        if key is not None:
            verify_ed25519(key.public, note.text.encode(), line.signature)
            signed = True
    if not signed:
        raise VerificationError("checkpoint-not-signed", origin=origin)
    return checkpoint
