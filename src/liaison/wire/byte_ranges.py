"""Which bytes of something large are asked for, and which came?

    range: bytes=0-2097151                       asked: both ends named, the last one included
    content-range: bytes 0-2097151/268435456     given: from the same start, perhaps fewer; of how many

Invariants (RFC 9110 §14, docs/spec/peer-door.md): one range, one spelling, which prints back to itself; no open end,
no suffix, no list; a `ByteRange` is half open and never empty.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from liaison.errors import MalformedError

_NUMBER = "(0|[1-9][0-9]{0,15})"
_ASKED = re.compile(f"bytes={_NUMBER}-{_NUMBER}")
_GIVEN = re.compile(f"bytes {_NUMBER}-{_NUMBER}/{_NUMBER}")


@dataclass(frozen=True, slots=True)
class ByteRange:
    """The bytes from `start` up to, not including, `end`."""

    start: int
    end: int

    @property
    def size(self) -> int:
        """How many bytes."""
        return self.end - self.start


def parse_range(text: str, *, most: int) -> ByteRange:
    """The one range of a `range` header, at most `most` bytes. Raises MalformedError."""
    return _checked(_ASKED.fullmatch(text), most)


def format_range(asked: ByteRange) -> str:
    """The `range` header that asks for these bytes."""
    return f"bytes={asked.start}-{asked.end - 1}"


def parse_content_range(text: str, *, most: int) -> tuple[ByteRange, int]:
    """The bytes that a `content-range` header says were given, and of how many. Raises MalformedError."""
    found = _GIVEN.fullmatch(text)
    given = _checked(found, most)
    size = int(found[3]) if found is not None else 0
    if given.end > size:
        raise MalformedError("range-not-understood")
    return given, size


def format_content_range(given: ByteRange, size: int) -> str:
    """The `content-range` header of these bytes out of `size`."""
    return f"bytes {given.start}-{given.end - 1}/{size}"


def _checked(found: re.Match[str] | None, most: int) -> ByteRange:
    if found is None:
        raise MalformedError("range-not-understood")
    asked = ByteRange(int(found[1]), int(found[2]) + 1)
    if not 0 < asked.size <= most:
        raise MalformedError("range-not-understood")
    return asked
