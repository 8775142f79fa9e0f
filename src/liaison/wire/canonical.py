"""Is this JSON in the one form that everybody signs, and what is its value?

    {"body":{"k":0,"witnesses":[]},"issued":"2026-11-22T03:02:00Z","seq":0}

Invariants (docs/spec/canonical-json.md), a subset of RFC 8785:
- no white space, members sorted by name, no name twice, the shortest escapes;
- integers from -(2**53 - 1) to 2**53 - 1, no other numbers;
- names are ASCII; strings are in Unicode normalisation form C, without NUL, surrogates or noncharacters;
- at most `DEPTH` arrays and objects inside one another;
- bytes that do not print back to themselves are malformed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from liaison.errors import MalformedError
from liaison.wire.typed import Decoder, decoder, passes_raw

JSON = None | bool | int | str | Sequence["JSON"] | Mapping[str, "JSON"]
T = TypeVar("T", bound=msgspec.Struct)
V = TypeVar("V")

DEPTH = 16
_LARGEST = 2**53 - 1

_ENCODER = msgspec.json.Encoder(order="sorted")
_DECODER: Decoder[JSON] = decoder(Any)  # type: ignore[arg-type]
# A struct's decoder, and whether it passes some part of the bytes through unread.
_DECODERS: dict[type[msgspec.Struct], tuple[Decoder[Any], bool]] = {}

_NOT_AN_INTEGER = re.compile(rb"[0-9][.eE]")
_LONG_INTEGER = re.compile(rb"[0-9]{16,}")
# Finds whatever either of the two would find; nearly every document holds none and is done after one pass.
_UNUSUAL_NUMBER = re.compile(rb"[0-9](?:[.eE]|[0-9]{15})")
_NOT_A_BRACKET = bytes(byte for byte in range(256) if byte not in b"[]{}")
_ONE_KIND = bytes.maketrans(b"{}", b"[]")
_PLANES = range(0, 0x110000, 0x10000)
_NONCHARACTERS = "".join(chr(plane + end) for plane in _PLANES for end in (0xFFFE, 0xFFFF))
_FORBIDDEN = re.compile(rf"[\ufdd0-\ufdef{_NONCHARACTERS}]")
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


def encode(value: JSON) -> bytes:
    """The canonical bytes of `value`. Raises MalformedError where it has none (a float, a string not in NFC, …)."""
    _check_value(value)
    return _encode(value)


def decode(data: bytes, *, limit: int) -> JSON:
    """The value of canonical `data` of at most `limit` bytes. Raises MalformedError."""
    _check_form(data, limit)
    value = _read(_DECODER, data)
    if _encode_checked(value) != data:
        raise MalformedError("not-canonical")
    return value


def encode_struct(value: msgspec.Struct) -> bytes:
    """The canonical bytes of a struct; every field is written, null is explicit. Raises MalformedError."""
    return _encode(value)


def decode_struct(data: bytes, type_: type[T], *, limit: int) -> T:
    """The `type_` that canonical `data` holds: no field missing, none unknown. Raises MalformedError."""
    reader, opaque = _decoder(type_)
    if opaque:
        decode(data, limit=limit)
    else:
        _check_form(data, limit)
    value = _read(reader, data)
    if _encode_checked(value) != data:
        raise MalformedError("not-canonical")
    return value


def _decoder(type_: type[T]) -> tuple[Decoder[T], bool]:
    found: tuple[Decoder[T], bool] | None = _DECODERS.get(type_)
    if found is None:
        found = _DECODERS[type_] = (decoder(type_), passes_raw(type_))
    return found


def _read(reader: Decoder[V], data: bytes) -> V:
    try:
        return reader.decode(data)
    except (ValueError, RecursionError) as error:
        # The sentence of msgspec names the place and the expected type, never the contents.
        raise MalformedError("not-of-this-form", detail=str(error)[:200]) from error


def _encode(value: object) -> bytes:
    data = _encode_checked(value)
    _check_form(data, len(data))
    return data


def _encode_checked(value: object) -> bytes:
    try:
        return _ENCODER.encode(value)
    except (ValueError, TypeError, RecursionError, OverflowError) as error:
        raise MalformedError("not-json", detail=type(error).__name__) from error


def _check_value(value: object, depth: int = 0) -> None:
    """Only the types of `JSON`: the encoder alone would also take a NaN, a date or a set."""
    if depth > DEPTH:
        raise MalformedError("too-deep", limit=DEPTH)
    if isinstance(value, Mapping):
        for name, member in value.items():
            if not isinstance(name, str):
                raise MalformedError("not-json", detail=type(name).__name__)
            _check_value(member, depth + 1)
    elif isinstance(value, list | tuple):
        for item in value:
            _check_value(item, depth + 1)
    elif not isinstance(value, str | int | None):
        raise MalformedError("not-json", detail=type(value).__name__)


def _check_form(data: bytes, limit: int) -> None:
    """What the decoder does not look at: size, depth, numbers, text. Costs a few passes in C over the bytes."""
    if len(data) > limit:
        raise MalformedError("too-large", size=len(data), limit=limit)
    outside, inside = _split_strings(data)
    skeleton = b"".join(outside)
    _check_depth(skeleton)
    if _UNUSUAL_NUMBER.search(skeleton):
        _check_numbers(skeleton)
    if b"\\u0000" in data or not data.isascii():
        _check_text(data)
        if any(after.startswith(b":") and not name.isascii() for name, after in zip(inside, outside[1:], strict=False)):
            raise MalformedError("name-not-ascii")


def _check_numbers(skeleton: bytes) -> None:
    if _NOT_AN_INTEGER.search(skeleton):
        raise MalformedError("not-an-integer")
    if any(len(digits) > 16 or int(digits) > _LARGEST for digits in _LONG_INTEGER.findall(skeleton)):
        raise MalformedError("integer-too-large")


def _split_strings(data: bytes) -> tuple[list[bytes], list[bytes]]:
    """What stands outside of strings and what inside, in turn; meaningless for bytes that are no JSON, but linear."""
    if b"\\" in data:
        # Pairs of backslashes first, so that what is left before a quote escapes it.
        data = data.replace(b"\\\\", b"").replace(b'\\"', b"")
    pieces = data.split(b'"')
    return pieces[::2], pieces[1::2]


def _check_depth(skeleton: bytes) -> None:
    if skeleton.count(b"[") + skeleton.count(b"{") <= DEPTH:
        return
    brackets = skeleton.translate(_ONE_KIND, delete=_NOT_A_BRACKET)
    for _ in range(DEPTH):
        if not brackets:
            return
        brackets = brackets.replace(b"[]", b"")
    if brackets:
        raise MalformedError("too-deep", limit=DEPTH)


def _check_text(data: bytes) -> None:
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise MalformedError("not-utf-8") from error
    # A quote neither composes with what follows nor with what precedes it, so the whole is in NFC when each string is.
    if not unicodedata.is_normalized("NFC", text):
        raise MalformedError("not-nfc")
    if _FORBIDDEN.search(text) or _NUL.search(text):
        raise MalformedError("forbidden-character")
