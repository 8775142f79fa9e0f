"""When did a witness see this checkpoint as the largest, consistent one of its log?

A signature line whose signature is time ‖ signature: eight bytes of seconds since 1970, big-endian, then

    type 0x04   Ed25519 over         cosignature/v1␊ time 1679315147␊ ‖ the whole checkpoint text
    type 0x06   ML-DSA-44 over       "subtree/v1\n\0" ‖ len ‖ name ‖ time ‖ len ‖ origin ‖ start ‖ end ‖ root

Invariants:
- A 0x04 signature says nothing about the witness's name, so one key serves one name only.
- A 0x06 signature does not cover lines behind the root, so none may be there; start is 0 and end is the size.
- Time is below 2⁶³.

Spec page: docs/spec/cosignature.md; the format is c2sp.org/tlog-cosignature v1.1.0-rc.1.
"""

from __future__ import annotations

from dataclasses import dataclass

from liaison.errors import MalformedError, UsageError, VerificationError
from liaison.keys.ed25519 import verify_ed25519
from liaison.keys.mldsa import verify_mldsa44
from liaison.keys.ports import Signer
from liaison.keys.public import Algorithm, PublicKey
from liaison.tlog.checkpoint import parse_checkpoint
from liaison.tlog.proofs import TreeHead
from liaison.wire.note import NoteSignature, SignatureType, VerifierKey, check_name

TIME_LIMIT = (1 << 63) - 1
_TIME_SIZE = 8
_SIGNATURE_SIZES = {SignatureType.ED25519_COSIGNATURE: 64, SignatureType.ML_DSA_44_COSIGNATURE: 2420}
_TYPES = {
    Algorithm.ED25519: SignatureType.ED25519_COSIGNATURE,
    Algorithm.ML_DSA_44: SignatureType.ML_DSA_44_COSIGNATURE,
}


@dataclass(frozen=True, slots=True)
class Cosignature:
    """What a verified line says: this witness, at this time (seconds since 1970), by this type of signature."""

    name: str
    algorithm: SignatureType
    time: int


def cosigner_key(name: str, public: PublicKey) -> VerifierKey:
    """The key under which the witness `name` cosigns with `public`.

    Raises MalformedError for a name that cannot name a key, UsageError for a key that cannot cosign.
    """
    if public.alg not in _TYPES:
        raise UsageError("cosigner-key-algorithm", alg=public.alg)
    return VerifierKey(check_name(name), _TYPES[public.alg], public.raw)


def cosign(text: str, *, name: str, signer: Signer, time: int) -> NoteSignature:
    """The line in which the witness `name` cosigns the checkpoint `text` at `time` (seconds since 1970).

    The caller answers for having verified consistency, and for storing the checkpoint before the line leaves.
    """
    key = cosigner_key(name, signer.public)
    message = cosigned_message(text, key=key, time=time)
    return NoteSignature(key.name, key.key_id, time.to_bytes(_TIME_SIZE, "big") + signer.sign(message))


def verify_cosignature(text: str, line: NoteSignature, key: VerifierKey) -> Cosignature:
    """What `line` says of the checkpoint `text`, when it is by `key`.

    Raises MalformedError for a text that is no checkpoint or a line of another length, VerificationError otherwise.
    """
    if (line.name, line.key_id) != (key.name, key.key_id):
        raise VerificationError("cosignature-other-key")
    expected = _TIME_SIZE + _SIGNATURE_SIZES.get(key.algorithm, 0)
    if len(line.signature) != expected:
        raise MalformedError("cosignature-length", length=len(line.signature), expected=expected)
    time, signature = int.from_bytes(line.signature[:_TIME_SIZE], "big"), line.signature[_TIME_SIZE:]
    message = cosigned_message(text, key=key, time=time)
    if key.algorithm is SignatureType.ED25519_COSIGNATURE:
        verify_ed25519(key.public, message, signature)
    else:
        verify_mldsa44(key.public, message, signature)
    return Cosignature(key.name, key.algorithm, time)


def cosigned_message(text: str, *, key: VerifierKey, time: int) -> bytes:
    """The bytes a cosignature by `key` at `time` signs for the checkpoint `text`.

    Raises MalformedError for a text that is no checkpoint, a time or a name that does not fit.
    """
    checkpoint = parse_checkpoint(text)
    if not 0 <= time <= TIME_LIMIT:
        raise MalformedError("cosignature-time")
    if key.algorithm is SignatureType.ED25519_COSIGNATURE:
        return f"cosignature/v1\ntime {time}\n{text}".encode()
    if checkpoint.extensions:
        raise MalformedError("cosignature-not-covering")
    return subtree_message(checkpoint.origin, 0, checkpoint.head, cosigner=key.name, time=time)


def subtree_message(origin: str, start: int, head: TreeHead, *, cosigner: str, time: int) -> bytes:
    """The bytes an ML-DSA-44 cosignature signs for the entries [start, head.size), whose root is `head.root`.

    Raises MalformedError for a name that does not fit. Only start 0 has a line in a note.
    """
    parts = (
        b"subtree/v1\n\0",
        _prefixed(cosigner),
        time.to_bytes(8, "big"),
        _prefixed(origin),
        start.to_bytes(8, "big"),
        head.size.to_bytes(8, "big"),
        head.root,
    )
    return b"".join(parts)


def _prefixed(text: str) -> bytes:
    data = text.encode()
    if not 1 <= len(data) <= 255:
        raise MalformedError("cosignature-name-length", length=len(data))
    return bytes([len(data)]) + data
