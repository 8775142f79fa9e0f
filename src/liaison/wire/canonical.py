"""Is this JSON in the one form that everybody signs, and what is its value?

    {"body":{"k":0,"witnesses":[]},"issued":"2026-11-22T03:02:00Z","seq":0}

Invariants (docs/spec/canonical-json.md), a subset of RFC 8785:
- no white space, members sorted by name, no name twice, the shortest escapes;
- integers from -(2**53 - 1) to 2**53 - 1, no other numbers;
- names are ASCII; strings are in Unicode normalisation form C, without NUL, surrogates or noncharacters;
- at most `DEPTH` arrays and objects inside one another;
- bytes that do not print back to themselves are malformed.

A struct whose fields leave no room for anything else (`_is_closed`) shows most of this by printing back alone: then
only text outside of ASCII is looked at once more.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec
import msgspec.inspect

from liaison.errors import MalformedError
from liaison.wire.typed import Decoder, decoder, shape_of

JSON = None | bool | int | str | Sequence["JSON"] | Mapping[str, "JSON"]
T = TypeVar("T", bound=msgspec.Struct)
V = TypeVar("V")

DEPTH = 16
_LARGEST = 2**53 - 1

_ENCODER = msgspec.json.Encoder(order="sorted")
_DECODER: Decoder[JSON] = decoder(Any)  # type: ignore[arg-type]

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


@dataclass(frozen=True, slots=True)
class _Reader(Generic[V]):
    """A type's decoder; `opaque`: it passes some part of the bytes through unread; `closed`: see `_is_closed`."""

    decoder: Decoder[V]
    opaque: bool
    closed: bool


_READERS: dict[Any, _Reader[Any]] = {}


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
    reader = _reader(type_)
    if reader.closed and len(data) <= limit and data.isascii() and b"\\u0000" not in data:
        value = _read_closed(reader.decoder, data)
        if value is not None:
            return value
    return _read_any(reader, data, limit)


def is_closed(type_: type[msgspec.Struct]) -> bool:
    """Whether printing back shows everything about ASCII bytes of this type but their length."""
    return _reader(type_).closed


def _read_closed(reader: Decoder[T], data: bytes) -> T | None:
    """The value of ASCII bytes of a closed type; None where `_read_any` has to say what is wrong."""
    try:
        value = reader.decode(data)
        return value if _ENCODER.encode(value) == data else None
    except (ValueError, RecursionError):
        return None


def _read_any(reader: _Reader[T], data: bytes, limit: int) -> T:
    if reader.opaque:
        decode(data, limit=limit)
    else:
        _check_form(data, limit)
    value = _read(reader.decoder, data)
    if _encode_checked(value) != data:
        raise MalformedError("not-canonical")
    return value


def _reader(type_: type[T]) -> _Reader[T]:
    found: _Reader[T] | None = _READERS.get(type_)
    if found is None:
        shape = shape_of(type_)
        opaque = "RawType()" in repr(shape)
        found = _READERS[type_] = _Reader(decoder(type_), opaque, _is_closed(shape))
    return found


def _is_closed(shape: msgspec.inspect.Type, depth: int = 0) -> bool:
    """Whether each value of the type is shallow enough and holds only texts, booleans, nulls and integers in bounds."""
    kinds = msgspec.inspect
    if depth > DEPTH:
        return False
    match shape:
        case kinds.StrType() | kinds.BoolType() | kinds.NoneType() | kinds.EnumType():
            return True
        case kinds.IntType(ge=int(least), le=int(most)):
            return least >= -_LARGEST and most <= _LARGEST
        case kinds.UnionType(types=types):
            return all(_is_closed(each, depth) for each in types)
        case kinds.VarTupleType(item_type=item):
            return _is_closed(item, depth + 1)
        case kinds.StructType(fields=fields):
            return all(_is_closed(each.type, depth + 1) for each in fields)
        case _:
            return False


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
