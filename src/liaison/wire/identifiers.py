"""How are hashes, names, instants, numbers and bytes written as text, each in exactly one way?

    Hash         9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08   SHA-256, lower-case hex
    LocalId      technical-desk                                                   a node or desk within its participant
    Instant      2026-11-22T03:02:00Z                                             UTC, whole seconds
    CountryCode  XC                                                               ISO 3166-1 alpha-2 or user-assigned
    Base64       aGk=                                                             RFC 4648 §4, padded
    UUIDv5       d8c0f2a8-7c0d-5f0e-9d0a-3b1f5b6a7c8d                             ids of exported documents
    MessageId    019abc00-1234-7abc-8def-0123456789ab                             UUIDv7, lower-case

The annotated types check the form when a struct is decoded; the functions below check what a pattern cannot.
Invariant: `format_x(parse_x(text)) == text`, or MalformedError (docs/spec/canonical-json.md).
"""

from __future__ import annotations

import binascii
import hashlib
import re
from datetime import UTC, datetime
from typing import Annotated

import msgspec

from liaison.errors import MalformedError

# `\Z`, because `$` would also let a line end through.
_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
_INSTANT = rf"^[0-9]{{4}}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])T{_TIME}Z\Z"
_BASE64 = r"^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?\Z"
_MESSAGE_ID = r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\Z"

Hash = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
LocalId = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9-]{1,32}\Z")]
Instant = Annotated[str, msgspec.Meta(pattern=_INSTANT)]
CountryCode = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2}\Z")]
Base64 = Annotated[str, msgspec.Meta(pattern=_BASE64)]
MessageId = Annotated[str, msgspec.Meta(pattern=_MESSAGE_ID)]

_LARGEST_DECIMAL = 2**63 - 1


def digest(payload: bytes) -> str:
    """The SHA-256 of `payload` as 64 lower-case hex digits."""
    return hashlib.sha256(payload).hexdigest()


def parse_instant(text: str) -> datetime:
    """The UTC time an `Instant` names. Raises MalformedError."""
    if not re.match(_INSTANT, text):
        raise MalformedError("instant")
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise MalformedError("instant") from error


def format_instant(moment: datetime) -> str:
    """The `Instant` of a time that carries its zone; fractions of a second are cut off. Raises MalformedError."""
    if moment.tzinfo is None:
        raise MalformedError("instant")
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def parse_decimal(text: str) -> int:
    """A whole number from 0 to 2**63 - 1 without sign or leading zero. Raises MalformedError."""
    if not re.match(r"^(?:0|[1-9][0-9]{0,18})\Z", text) or int(text) > _LARGEST_DECIMAL:
        raise MalformedError("decimal")
    return int(text)


def decode_base64(text: str, *, length: int | None = None) -> bytes:
    """The bytes (exactly `length`, when given) of padded standard base64. Raises MalformedError."""
    try:
        data = binascii.a2b_base64(text, strict_mode=True)
    except ValueError as error:
        raise MalformedError("base64") from error
    # Strict mode still ignores the unused bits before the padding.
    if encode_base64(data) != text:
        raise MalformedError("base64")
    return _of_length(data, length)


def encode_base64(data: bytes) -> str:
    """Padded standard base64."""
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def decode_hex(text: str, *, length: int | None = None) -> bytes:
    """The bytes (exactly `length`, when given) of lower-case hex. Raises MalformedError."""
    if not re.match(r"^(?:[0-9a-f]{2})*\Z", text):
        raise MalformedError("hex")
    return _of_length(bytes.fromhex(text), length)


def format_uuid7(milliseconds: int, entropy: bytes) -> str:
    """The UUIDv7 (RFC 9562) of a Unix time in milliseconds and 10 random bytes. Raises MalformedError."""
    if not 0 <= milliseconds < 2**48 or len(entropy) != 10:
        raise MalformedError("uuid7")
    high, low = int.from_bytes(entropy[:2], "big"), int.from_bytes(entropy[2:], "big")
    number = milliseconds << 80 | 0x7 << 76 | (high & 0xFFF) << 64 | 0b10 << 62 | low & (2**62 - 1)
    digits = f"{number:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def format_uuid5(namespace: str, name: str) -> str:
    """The UUIDv5 (RFC 9562) of a name under a name space that is itself a UUID: the same words, the same id."""
    space = bytes.fromhex(namespace.replace("-", ""))
    digits = bytearray(hashlib.sha1(_of_length(space, 16) + name.encode(), usedforsecurity=False).digest()[:16])
    digits[6], digits[8] = digits[6] & 0x0F | 0x50, digits[8] & 0x3F | 0x80
    text = digits.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def _of_length(data: bytes, length: int | None) -> bytes:
    if length is not None and len(data) != length:
        raise MalformedError("wrong-length", size=len(data), expected=length)
    return data
