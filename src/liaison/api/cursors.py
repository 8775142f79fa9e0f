"""Where does the next page begin? An opaque word that names the last row of the page before.

    next_cursor("cases", 17)  →  "Y2FzZXM6MTc"        read_cursor("cases", "Y2FzZXM6MTc")  →  17

Invariants: a cursor is good for the list it came from, names a place and nothing secret, and stays good for ever: rows
that came since do not move what it points to.
"""

from __future__ import annotations

from liaison.errors import MalformedError, UsageError
from liaison.wire.identifiers import decode_base64, encode_base64

LONGEST = 64
DIGITS = 18


def next_cursor(name: str, place: int) -> str:
    """The cursor behind a row."""
    return encode_base64(f"{name}:{place}".encode()).rstrip("=").replace("+", "-").replace("/", "_")


def read_cursor(name: str, cursor: str | None) -> int | None:
    """The place that a cursor names; None without one. Raises UsageError."""
    if not cursor:
        return None
    padded = cursor.replace("-", "+").replace("_", "/") + "=" * (-len(cursor) % 4)
    try:
        told, _, place = decode_base64(padded).decode("ascii").partition(":")
    except (MalformedError, UnicodeDecodeError):
        raise UsageError("cursor-not-understood") from None
    if told != name or not place.isdigit() or len(place) > DIGITS:
        raise UsageError("cursor-not-understood")
    return int(place)
