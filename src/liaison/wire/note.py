"""What is a signed note as text, which keys does it name, and how is such a key written?

    log.register.example                          ┐
    20852163                                      │ text, with its last newline
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=  ┘
                                                  an empty line
    — log.register.example Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q…

Invariants:
- `format_note(parse_note(data)) == data`, or MalformedError; the same holds for verifier keys.
- A signature line holds name and base64(key id ‖ signature); the key id is four bytes of
  SHA-256(name ‖ 0x0A ‖ signature type ‖ public key). Nothing here knows whether a signature is right.

Spec page: docs/spec/signed-note.md; the format is c2sp.org/signed-note.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from liaison.errors import MalformedError
from liaison.wire.identifiers import decode_base64, decode_hex, encode_base64

NOTE_LIMIT = 256 * 1024
SIGNATURES_LIMIT = 64

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_LINE = re.compile(r"— ([^ ]+) ([A-Za-z0-9+/=]+)")


class SignatureType(IntEnum):
    """The assigned signature type bytes that this project reads and writes."""

    ED25519 = 0x01
    ED25519_COSIGNATURE = 0x04
    ML_DSA_44_COSIGNATURE = 0x06


PUBLIC_SIZES = {
    SignatureType.ED25519: 32,
    SignatureType.ED25519_COSIGNATURE: 32,
    SignatureType.ML_DSA_44_COSIGNATURE: 1312,
}


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line: who (`name` and four bytes of `key_id`) and the bytes of the signature."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A text, with its last newline, and its signatures in the order of their lines."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def with_signatures(self, signatures: Sequence[NoteSignature]) -> Note:
        """The same text with further signature lines behind the present ones."""
        return replace(self, signatures=(*self.signatures, *signatures))


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key under a name, for one type of signature."""

    name: str
    algorithm: SignatureType
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The four bytes by which a signature line names this key."""
        return key_id(self.name, self.algorithm, self.public)


def key_id(name: str, algorithm: int, public: bytes) -> bytes:
    """The four bytes of the key `public` under `name` for signature type `algorithm`."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([algorithm]) + public).digest()[:4]


def parse_note(data: bytes) -> Note:
    """The note in `data`.

    Raises MalformedError unless it is a note in its only spelling, of at most 256 KiB and 64 signatures.
    """
    if len(data) > NOTE_LIMIT:
        raise MalformedError("note-too-large", size=len(data), limit=NOTE_LIMIT)
    text, gap, lines = _decode_text(data).rpartition("\n\n")
    if not gap:
        raise MalformedError("note-without-signatures")
    return Note(text + "\n", _parse_lines(lines))


def format_note(note: Note) -> bytes:
    """The bytes of a note."""
    return f"{note.text}\n".encode() + format_signatures(note.signatures)


def parse_signatures(data: bytes) -> tuple[NoteSignature, ...]:
    """Signature lines without a text, as a witness answers them.

    Raises MalformedError for anything but one to 64 well-formed lines.
    """
    if len(data) > NOTE_LIMIT:
        raise MalformedError("note-too-large", size=len(data), limit=NOTE_LIMIT)
    return _parse_lines(_decode_text(data))


def format_signatures(signatures: Sequence[NoteSignature]) -> bytes:
    """The bytes of signature lines."""
    lines = (f"— {line.name} {encode_base64(line.key_id + line.signature)}\n" for line in signatures)
    return "".join(lines).encode()


def parse_vkey(text: str) -> VerifierKey:
    """The key in `name+2b4d3f8a+base64(type ‖ public key)`.

    Raises MalformedError for a wrong key id, an unknown type, a wrong length or another spelling.
    """
    name, _, rest = text.partition("+")
    digits, _, encoded = rest.partition("+")
    check_name(name)
    stated, material = decode_hex(digits, length=4), decode_base64(encoded)
    try:
        kind = SignatureType(material[0]) if material else None
    except ValueError as error:
        raise MalformedError("vkey-type") from error
    if kind is None or len(material) != 1 + PUBLIC_SIZES[kind]:
        raise MalformedError("vkey-type")
    key = VerifierKey(name, kind, material[1:])
    if key.key_id != stated:
        raise MalformedError("vkey-id")
    return key


def format_vkey(key: VerifierKey) -> str:
    """The one-line text of a verifier key."""
    return f"{key.name}+{key.key_id.hex()}+{encode_base64(bytes([key.algorithm]) + key.public)}"


def check_name(name: str) -> str:
    """`name`, when it can name a key.

    Raises MalformedError for an empty name, a space of any script, a plus sign or a control character.
    """
    if name.split() != [name] or "+" in name or min(name) < " ":
        raise MalformedError("note-key-name")
    return name


def _decode_text(data: bytes) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedError("not-utf-8") from error
    if _CONTROL.search(text):
        raise MalformedError("note-control-character")
    return text


def _parse_lines(lines: str) -> tuple[NoteSignature, ...]:
    if not lines.endswith("\n") or lines.count("\n") > SIGNATURES_LIMIT:
        raise MalformedError("note-signature-lines", limit=SIGNATURES_LIMIT)
    return tuple(_parse_line(line) for line in lines[:-1].split("\n"))


def _parse_line(line: str) -> NoteSignature:
    match = _LINE.fullmatch(line)
    if match is None:
        raise MalformedError("note-signature-lines", limit=SIGNATURES_LIMIT)
    signature = decode_base64(match[2])
    if len(signature) < 5:
        raise MalformedError("note-signature-lines", limit=SIGNATURES_LIMIT)
    return NoteSignature(check_name(match[1]), signature[:4], signature[4:])
