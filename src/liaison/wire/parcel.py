"""How do several bodies travel in one, each under a short head?

    7a77dec6…f1db8d38/duty 3412
    <3412 bytes>7a77dec6…f1db8d38/duty 3380
    <3380 bytes>

Invariants (docs/spec/peer-door.md): a head is of small letters, digits, `/` and `-`; one space; the size in digits
without zeros before them; one line feed; that many bytes, and the next head or the end at once. What is read prints
back to the same bytes. What the heads mean is for others to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from liaison.errors import MalformedError

LONGEST_HEAD = 128
_LINE = re.compile(rb"([a-z0-9/-]{1,%d}) (0|[1-9][0-9]{0,8})\n" % LONGEST_HEAD)


def encode_parcel(bodies: Iterable[tuple[str, bytes]]) -> bytes:
    """The bodies under their heads."""
    return b"".join(b"%b %d\n%b" % (head.encode("ascii"), len(body), body) for head, body in bodies)


def decode_parcel(data: bytes, *, least: int = 1, most: int) -> list[tuple[str, bytes]]:
    """From `least` to `most` heads and bodies, in order. Raises MalformedError."""
    found: list[tuple[str, bytes]] = []
    at = 0
    while at < len(data) or len(found) < least:
        line = _LINE.match(data, at)
        if line is None:
            raise MalformedError("parcel-head", number=len(found))
        at = line.end() + int(line[2])
        if at > len(data):
            raise MalformedError("parcel-cut-short", number=len(found))
        found.append((line[1].decode("ascii"), data[line.end() : at]))
        if len(found) > most:
            raise MalformedError("parcel-too-many", most=most)
    return found
