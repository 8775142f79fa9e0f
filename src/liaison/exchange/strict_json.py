"""Is this the JSON of a document, small and shallow enough to be read, and each name said once?

    decode_json(b'{"type": "bundle", "objects": []}')    {"type": "bundle", "objects": []}

Invariants (docs/spec/exchange.md): sizes are looked at before anything is built: bytes, depth, number of values; a
name twice
in one object, a number of more digits than any format has, NUL and characters that turn text round are refused.
"""

from __future__ import annotations

import json
import re
from itertools import accumulate
from typing import Any

from liaison.errors import MalformedError

LARGEST = 4 << 20
DEPTH = 64
MOST_VALUES = 200_000
LONGEST_NUMBER = 32
LONGEST_TEXT = 1 << 20

# The closing quote may be missing: a pattern that fails there would begin again at every quote of a string left open.
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+\\?"?', re.DOTALL)
_NOT_A_BRACKET = bytes(byte for byte in range(256) if byte not in b"[]{}")
_OPENS = ord("[")
_ONE_KIND = bytes.maketrans(b"{}", b"[]")
# Control characters, surrogates without their other half, and overrides of direction.
UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
_ESCAPED = re.compile(rb"\\u(?:00[01789]|20|[dD][89a-fA-F])")


def decode_json(data: bytes, *, largest: int = LARGEST, most: int = MOST_VALUES) -> Any:
    """The value; numbers with a fraction are floats. Raises MalformedError."""
    if len(data) > largest:
        raise MalformedError("document-too-large", size=len(data), limit=largest)
    text = utf8(data)
    _check_skeleton(_STRING.sub(b"", data), most)
    try:
        value = json.loads(
            text, object_pairs_hook=_once, parse_int=_whole, parse_float=_fraction, parse_constant=_constant
        )
    except (ValueError, RecursionError) as error:
        raise MalformedError("document-not-json") from error
    if _ESCAPED.search(data):
        _check_texts(value)
    return value


def utf8(data: bytes) -> str:
    """The text, without a byte order mark. Raises MalformedError for another encoding or unfit characters."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MalformedError("document-not-utf8", byte=error.start) from error
    check_characters(text)
    return text


def check_characters(text: str) -> None:
    """Raises MalformedError for characters that steer a screen or stand for nothing."""
    if UNFIT.search(text):
        raise MalformedError("document-characters")


def _check_skeleton(skeleton: bytes, most: int) -> None:
    values = skeleton.count(b",") + skeleton.count(b"[") + skeleton.count(b"{")
    if values > most:
        raise MalformedError("document-too-many", limit=most)
    brackets = skeleton.translate(_ONE_KIND, delete=_NOT_A_BRACKET)
    if brackets.count(b"]") > brackets.count(b"["):
        raise MalformedError("document-not-json")
    if max(accumulate(1 if byte == _OPENS else -1 for byte in brackets), default=0) > DEPTH:
        raise MalformedError("document-too-deep", limit=DEPTH)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise MalformedError("document-name-twice")
    return found


def _whole(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise MalformedError("document-number")
    return int(digits)


def _fraction(digits: str) -> float:
    found = float(digits) if len(digits) <= LONGEST_NUMBER else float("inf")
    if found in (float("inf"), float("-inf")):
        raise MalformedError("document-number")
    return found


def _constant(name: str) -> None:
    raise MalformedError("document-number")


def _check_texts(value: Any) -> None:
    """Every text, names included; only needed where an escape could have hidden a character."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            check_characters(each)
        elif isinstance(each, dict):
            waiting += [*each, *each.values()]
        elif isinstance(each, list):
            waiting += each
