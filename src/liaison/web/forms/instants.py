"""Which instant did somebody mean who typed a time of their own zone?

    2026-11-22T04:02   2026-11-22 04:02:05   2026-11-22 03:02 UTC   2026-11-22T03:02:05Z   2026-11-22 06:02+03:00

Invariants: without an offset the time is of the given zone; a time that this zone's clocks skipped is refused, one
that they showed twice is the first of the two; what a page shows again reads as the same instant.
"""

from __future__ import annotations

import re
import zoneinfo
from datetime import UTC, datetime

from liaison.errors import MalformedError

YEARS = (1900, 2200)
_LOCAL = re.compile(r"(\d{4}-\d\d-\d\d)[T ]+(\d\d?:\d\d(?::\d\d)?)\s*(Z|UTC|[+-]\d\d:\d\d)?", re.IGNORECASE)


def find_zone(name: str) -> zoneinfo.ZoneInfo:
    """The zone of this name; UTC for a name that is none."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):  # A name may be longer than any file's.
        return zoneinfo.ZoneInfo("UTC")


def parse_local(text: str, zone: zoneinfo.ZoneInfo) -> datetime:
    """The instant, carrying the offset it was typed with or had in the zone then. Raises MalformedError."""
    found = _LOCAL.fullmatch(text.strip())
    if found is None:
        raise MalformedError("time-not-read", text=text[:40])
    day, time, offset = found.groups()
    offset = {"Z": "+00:00", "UTC": "+00:00", "": ""}.get((offset or "").upper(), offset)
    try:
        typed = datetime.fromisoformat(f"{day}T{time.zfill(5 if time.count(':') == 1 else 8)}{offset}")
    except ValueError as error:
        raise MalformedError("time-not-read", text=text[:40]) from error
    if not YEARS[0] <= typed.year < YEARS[1]:  # Nothing is computed at the ends of the calendar.
        raise MalformedError("time-not-read", text=text[:40])
    if offset:
        return typed
    local = typed.replace(tzinfo=zone)
    if local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != typed:
        raise MalformedError("time-skipped", text=text[:40], zone=zone.key)
    return local


def parse_ahead(text: str, zone: zoneinfo.ZoneInfo, now: datetime) -> datetime:
    """The same, of a time that is still to come. Raises MalformedError."""
    typed = parse_local(text, zone)
    if typed <= now:
        raise MalformedError("time-past", text=text[:40])
    return typed


def offset_of(at: datetime) -> str:
    """The offset from UTC as `+03:00`."""
    minutes = int((at.utcoffset() or UTC.utcoffset(None)).total_seconds() // 60)
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
