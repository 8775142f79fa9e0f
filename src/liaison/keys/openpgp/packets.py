"""Which packets do these OpenPGP bytes consist of?

    a3 01 …            packet 8 (compressed), old form, to the end of the bytes
    cb e9 … e9 … 07 …  packet 11 (literal), new form, in pieces of which the last says that it is the last

Invariants (RFC 9580 §4.2): nothing is decoded here but the framing; a packet that claims more bytes than are there is
malformed; the number of packets is capped, so that a million empty ones cost nothing.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

from liaison.errors import MalformedError

MOST_PACKETS = 32
PKESK, SIGNATURE, ONE_PASS, COMPRESSED, MARKER, LITERAL, SEIPD, PADDING = 1, 2, 4, 8, 10, 11, 18, 21
_ARMOR = re.compile(
    rb"-----BEGIN PGP (?P<kind>[A-Z ]+)-----[ \t]*\r?\n(?:[!-9;-~][^\n]*:[^\n]*\n)*[ \t]*\r?\n"
    rb"(?P<body>[A-Za-z0-9+/=\s]+?)(?:\r?\n=(?P<sum>[A-Za-z0-9+/]{4}))?[ \t]*\r?\n-----END PGP (?P=kind)-----"
)


def split_packets(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and body of each packet. Raises MalformedError."""
    at, count = 0, 0
    while at < len(data):
        count += 1
        if count > MOST_PACKETS or not data[at] & 0x80:
            raise MalformedError("openpgp-framing", at=at)
        read = _new_form if data[at] & 0x40 else _old_form
        tag, body, at = read(data, at)
        yield tag, body


def _old_form(data: bytes, at: int) -> tuple[int, bytes, int]:
    tag, kind = data[at] >> 2 & 15, data[at] & 3
    if kind == 3:
        return tag, data[at + 1 :], len(data)
    width = 1 << kind
    start = at + 1 + width
    end = start + int.from_bytes(_take(data, at + 1, start), "big")
    return tag, _take(data, start, end), end


def _new_form(data: bytes, at: int) -> tuple[int, bytes, int]:
    tag, pieces, at = data[at] & 63, list[bytes](), at + 1
    while True:
        size, at, last = _new_length(data, at)
        pieces.append(_take(data, at, at + size))
        at += size
        if last:
            return tag, b"".join(pieces), at


def _new_length(data: bytes, at: int) -> tuple[int, int, bool]:
    """The length that stands at `at`, where what follows begins, and whether it is the last piece."""
    first = _take(data, at, at + 1)[0]
    if first < 192:
        return first, at + 1, True
    if first < 224:
        return ((first - 192) << 8) + _take(data, at + 1, at + 2)[0] + 192, at + 2, True
    if first < 255:
        return 1 << (first & 31), at + 1, False
    return int.from_bytes(_take(data, at + 1, at + 5), "big"), at + 5, True


def _take(data: bytes, start: int, end: int) -> bytes:
    if end > len(data):
        raise MalformedError("openpgp-framing", at=start)
    return data[start:end]


def write_packet(tag: int, body: bytes) -> bytes:
    """The packet in the new form, its length in five bytes."""
    return bytes((0xC0 | tag, 255)) + len(body).to_bytes(4, "big") + body


def take_mpi(data: bytes, at: int) -> tuple[bytes, int]:
    """The multi-precision integer that begins at `at`, and where it ends. Raises MalformedError."""
    bits = int.from_bytes(_take(data, at, at + 2), "big")
    end = at + 2 + (bits + 7) // 8
    return _take(data, at + 2, end), end


def read_armor(data: bytes) -> bytes:
    """The bytes in the first armor, or `data` where it has none. Raises MalformedError for armor that is damaged."""
    if b"-----BEGIN PGP " not in data:
        return data
    found = _ARMOR.search(data)
    if found is None:
        raise MalformedError("openpgp-armor")
    try:
        body = base64.b64decode(b"".join(found["body"].split()), validate=True)
    except ValueError:
        raise MalformedError("openpgp-armor") from None
    if found["sum"] is not None and _checksum(body) != base64.b64decode(found["sum"]):
        raise MalformedError("openpgp-armor")
    return body


def _checksum(data: bytes) -> bytes:
    """The CRC-24 of RFC 9580 §6.1, a byte at a time."""
    crc = 0xB704CE
    for byte in data:
        crc = _TABLE[(crc >> 16 ^ byte) & 255] ^ crc << 8 & 0xFFFFFF
    return crc.to_bytes(3, "big")


def _step(value: int) -> int:
    crc = value << 16
    for _ in range(8):
        crc = crc << 1 ^ (0x1864CFB if crc & 0x800000 else 0)
    return crc & 0xFFFFFF


_TABLE = tuple(_step(value) for value in range(256))
