"""Who is this age file for, where does its payload begin, and is its header whole?

    age-encryption.org/v1
    -> mlkem768x25519 U7E10Aon27j1oDrH7fP3B++SPROSnDVvQpBemzOM+ZcsojxJif…
    c/k+TjhBA6Je1DF8rxZhe2Jm8CN0zbkV9rre6nA8g98
    --- HK2NmOBN9Dpq0Gw6xMCuhFcQlQLvZ/wQUi/2scLG75s

Invariants (docs/spec/seal.md), the header of the age v1 format as C2SP specifies it:
- lines end in LF; base64 is unpadded and canonical; a stanza's body is wrapped at 64 columns, its last line shorter;
- a parsed header prints back to the bytes it was parsed from;
- the MAC is HMAC-SHA-256 over everything up to and including `---`, keyed from the file key.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Final

from liaison.errors import MalformedError
from liaison.wire.identifiers import encode_base64

HEADER_LIMIT: Final = 65_536
_VERSION = b"age-encryption.org/v1\n"
_COLUMNS = 64
_ARGUMENTS = re.compile(rb"-> ([\x21-\x7e]+(?: [\x21-\x7e]+)*)\Z")
_MAC_LINE = re.compile(rb"--- ([A-Za-z0-9+/]{43})\Z")
_END = re.compile(rb"^---[^\n]*\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Stanza:
    """The file key, wrapped for one recipient."""

    arguments: tuple[str, ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Header:
    """The stanzas and the MAC, well-formed and not yet verified."""

    stanzas: tuple[Stanza, ...]
    mac: bytes


def header_size(start: bytes) -> int | None:
    """Where the header ends in the first bytes of a file; None while it is incomplete. Raises MalformedError."""
    if not _VERSION.startswith(start[: len(_VERSION)]):
        raise MalformedError("age-version")
    end = _END.search(start, len(_VERSION) - 1, HEADER_LIMIT)
    if end is not None:
        return end.end()
    if len(start) >= HEADER_LIMIT:
        raise MalformedError("too-large", size=len(start), limit=HEADER_LIMIT)
    return None


def parse_header(data: bytes) -> Header:
    """The header that `data` is, without any payload after it. Raises MalformedError."""
    if header_size(data) != len(data):
        raise MalformedError("age-header")
    lines = data[len(_VERSION) : -1].split(b"\n")
    last = _MAC_LINE.match(lines[-1])
    if last is None:
        raise MalformedError("age-header")
    stanzas, rest = [], lines[:-1]
    while rest:
        stanza, rest = _parse_stanza(rest)
        stanzas.append(stanza)
    if not stanzas:
        raise MalformedError("age-header")
    return Header(tuple(stanzas), decode_unpadded(last[1]))


def format_header(header: Header) -> bytes:
    """The bytes of a header. Raises MalformedError."""
    return _covered(header.stanzas) + b" " + encode_unpadded(header.mac) + b"\n"


def seal_header(stanzas: tuple[Stanza, ...], file_key: bytes) -> bytes:
    """The bytes of a header with its MAC under `file_key` (16 bytes). Raises MalformedError."""
    return format_header(Header(stanzas, header_mac(stanzas, file_key)))


def header_mac(stanzas: tuple[Stanza, ...], file_key: bytes) -> bytes:
    """The 32-byte MAC that a header of these stanzas must carry."""
    key = hkdf(file_key, salt=b"", info=b"header")
    return hmac.digest(key, _covered(stanzas), "sha256")


def hkdf(key: bytes, *, salt: bytes, info: bytes) -> bytes:
    """HKDF-SHA-256 (RFC 5869) with an output of 32 bytes, the only length the format uses."""
    extracted = hmac.digest(salt or bytes(hashlib.sha256().digest_size), key, "sha256")
    return hmac.digest(extracted, info + b"\x01", "sha256")


def decode_unpadded(text: bytes) -> bytes:
    """The bytes of canonical unpadded standard base64. Raises MalformedError."""
    try:
        data = binascii.a2b_base64(text + b"=" * (-len(text) % 4), strict_mode=True)
    except ValueError as error:
        raise MalformedError("base64") from error
    if encode_unpadded(data) != text:
        raise MalformedError("base64")
    return data


def encode_unpadded(data: bytes) -> bytes:
    """Standard base64 without padding."""
    return encode_base64(data).rstrip("=").encode("ascii")


def _parse_stanza(lines: list[bytes]) -> tuple[Stanza, list[bytes]]:
    """One stanza from the front of `lines`, and the lines behind it."""
    first = _ARGUMENTS.match(lines[0])
    if first is None:
        raise MalformedError("age-header")
    body = []
    for number, line in enumerate(lines[1:], start=2):
        body.append(line)
        if len(line) > _COLUMNS:
            raise MalformedError("age-header")
        if len(line) < _COLUMNS:
            return Stanza(tuple(first[1].decode("ascii").split(" ")), decode_unpadded(b"".join(body))), lines[number:]
    raise MalformedError("age-header")


def _covered(stanzas: tuple[Stanza, ...]) -> bytes:
    """The header up to and including `---`, which the MAC covers."""
    return _VERSION + b"".join(_format_stanza(stanza) for stanza in stanzas) + b"---"


def _format_stanza(stanza: Stanza) -> bytes:
    first = b"-> " + " ".join(stanza.arguments).encode("utf-8", "surrogatepass")
    if _ARGUMENTS.match(first) is None:
        raise MalformedError("age-header")
    body = encode_unpadded(stanza.body)
    # A body that fills its last line is followed by an empty one: the range always reaches a line shorter than 64.
    lines = [body[start : start + _COLUMNS] for start in range(0, len(body) + 1, _COLUMNS)]
    return b"\n".join((first, *lines)) + b"\n"
