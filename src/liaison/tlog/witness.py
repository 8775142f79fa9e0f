"""May a witness cosign what it is asked to, and what does it answer?

    old 20852014                                     the size it cosigned last, by the asker's knowledge
    PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=     the consistency proof from there
                                                     an empty line
    log.register.example                             the new checkpoint, signed by the log
    …

| status | meaning for who asked                          | error here                               |
| ------ | ---------------------------------------------- | ---------------------------------------- |
| 200    | cosigned: keep the lines                       | none                                     |
| 400    | the request is not of the form                 | MalformedError, `witness-old-size-above` |
| 403    | no key of this log signed: do not repeat it    | `checkpoint-not-signed`, `bad-signature` |
| 404    | the witness does not follow this log           | `witness-origin-unknown`                 |
| 409    | the witness stands at the size in the answer   | `witness-stands-elsewhere`               |
| 409    | it cosigned another root of this size: a fork  | `witness-other-root`                     |
| 422    | the proof does not hold                        | `consistency-proof-wrong`                |

Invariant: between reading the last head and storing the new one no other request of the same log may come, and the
new head is durable before the answer leaves; both are the caller's (one transaction).

Spec page: docs/spec/witness.md; the protocol is add-checkpoint of c2sp.org/tlog-witness.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from liaison.errors import LiaisonError, MalformedError, VerificationError
from liaison.keys.ports import Signer
from liaison.keys.public import PublicKey
from liaison.tlog.checkpoint import Checkpoint, parse_checkpoint, verify_checkpoint
from liaison.tlog.cosignature import cosign, verify_cosignature
from liaison.tlog.proofs import Proof, TreeHead, verify_consistency
from liaison.tlog.tlogproof import PROOF_LIMIT, decode_hashes, decode_lines, encode_hashes
from liaison.wire.identifiers import parse_decimal
from liaison.wire.note import (
    Note,
    NoteSignature,
    VerifierKey,
    format_note,
    format_signatures,
    parse_note,
    parse_signatures,
)

ADD_CHECKPOINT_PATH = "add-checkpoint"
SIZE_CONTENT_TYPE = "text/x.tlog.size"
STATUSES = {
    "bad-signature": 403,
    "checkpoint-not-signed": 403,
    "consistency-proof-wrong": 422,
    "witness-old-size-above": 400,
    "witness-origin-unknown": 404,
    "witness-other-root": 409,
    "witness-stands-elsewhere": 409,
}


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """What a witness is asked: to cosign `note`, which continues the tree of `old_size` entries by `proof`."""

    old_size: int
    proof: Proof
    note: Note

    @property
    def origin(self) -> str:
        """The log the checkpoint is of."""
        return parse_checkpoint(self.note.text).origin


def parse_add_checkpoint(data: bytes) -> AddCheckpoint:
    """The request in `data`.

    Raises MalformedError unless it is a request in its only spelling, of at most 512 KiB and 63 hashes.
    """
    if len(data) > PROOF_LIMIT:
        raise MalformedError("proof-too-large", size=len(data), limit=PROOF_LIMIT)
    head, gap, rest = data.partition(b"\n\n")
    lines = decode_lines(head)
    if not gap or not lines[0].startswith("old "):
        raise MalformedError("proof-lines")
    note = parse_note(rest)
    parse_checkpoint(note.text)
    return AddCheckpoint(parse_decimal(lines[0].removeprefix("old ")), decode_hashes(lines[1:]), note)


def format_add_checkpoint(request: AddCheckpoint) -> bytes:
    """The bytes of a request."""
    lines = (f"old {request.old_size}", *encode_hashes(request.proof))
    return "\n".join(lines).encode() + b"\n\n" + format_note(request.note)


def judge_checkpoint(request: AddCheckpoint, *, keys: Sequence[PublicKey] | None, last: TreeHead) -> Checkpoint:
    """The checkpoint to store and cosign, when it continues `last`, the tree this witness cosigned last.

    `keys` are the keys of the log named by `request.origin`, None when this witness does not follow it; `last` is
    EMPTY_HEAD when it never cosigned for it. Raises VerificationError; `status_of` says what to answer.
    """
    if keys is None:
        raise VerificationError("witness-origin-unknown", origin=request.origin)
    fresh = verify_checkpoint(request.note, request.origin, keys)
    if request.old_size > fresh.size:
        raise VerificationError("witness-old-size-above", old=request.old_size, new=fresh.size)
    if request.old_size != last.size:
        raise VerificationError("witness-stands-elsewhere", size=last.size, old=request.old_size)
    if fresh.size == last.size and fresh.root != last.root:
        raise VerificationError("witness-other-root", size=last.size)
    verify_consistency(last, fresh.head, request.proof)
    return fresh


def answer_cosigned(request: AddCheckpoint, signers: Mapping[str, Signer], *, time: int) -> bytes:
    """The body of a 200 answer: one line for each of `signers` (name → key), at `time` in seconds since 1970."""
    return format_signatures(
        [cosign(request.note.text, name=name, signer=key, time=time) for name, key in signers.items()]
    )


def status_of(error: LiaisonError) -> int:
    """The HTTP status that tells the asker what `error` means."""
    return 400 if isinstance(error, MalformedError) else STATUSES.get(error.code, 500)


def format_size(size: int) -> bytes:
    """The body of a 409 answer: the size this witness cosigned last."""
    return f"{size}\n".encode()


def parse_size(data: bytes) -> int:
    """The size in the body of a 409 answer. Raises MalformedError."""
    lines = decode_lines(data[:32])
    if len(lines) != 2 or lines[1]:
        raise MalformedError("proof-lines")
    return parse_decimal(lines[0])


def take_cosignatures(note: Note, answer: bytes, keys: Sequence[VerifierKey]) -> Note:
    """`note` with the lines of a 200 answer that are by `keys`; lines by other keys are left out.

    Raises MalformedError for another form, VerificationError when no line is by `keys` or one of them does not verify.
    """
    known = {(key.name, key.key_id): key for key in keys}
    taken: dict[tuple[str, bytes], NoteSignature] = {}
    for line in parse_signatures(answer):
        key = known.get((line.name, line.key_id))
        if key is not None:
            verify_cosignature(note.text, line, key)
            taken[line.name, line.key_id] = line
    if not taken:
        raise VerificationError("witness-answer-unknown")
    kept = tuple(line for line in note.signatures if (line.name, line.key_id) not in taken)
    return Note(note.text, (*kept, *taken.values()))
