"""How fresh is what the register says of a desk, and which key must be renewed soon?

    freshness(confirmed, answered, now).state      State.FRESH, DUE after 90 days, STALE after 120 without a sign
    confirmed_at(issued, after=…, by=…, now=now)   when an entry was made, as far as the log bears out its own word
    warning(expires, now)                          60, 30, 7 or 0 (over); None while there is time

Invariants (docs/spec/checks.md):
- an owner confirms by publishing, changed or unchanged, and by nothing else; a rotation of keys confirms nothing;
- a desk where persons answer is not stale, but its owner is still reminded: that somebody answers does not say that
  the telephone number is right;
- an entry is not believed to be newer than the log can bear out, nor newer than now.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

REMINDED = timedelta(days=90)
STALE = timedelta(days=120)
WARNED = (timedelta(days=7), timedelta(days=30), timedelta(days=60))


class State(StrEnum):
    """How an entry stands by its age."""

    FRESH = "fresh"
    DUE = "due"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Freshness:
    """When the owner last confirmed an entry, when a person and when the node there last answered, and what follows."""

    state: State
    confirmed: datetime
    answered: datetime | None
    node_answered: datetime | None = None


def freshness(
    confirmed: datetime, answered: datetime | None, now: datetime, *, node_answered: datetime | None = None
) -> Freshness:
    """How an entry stands at `now`; `answered` is when a person there last answered a check from here."""
    state = State.FRESH
    if now - confirmed > REMINDED:
        state = State.DUE
    if now - max(confirmed, answered or confirmed) > STALE:
        state = State.STALE
    return Freshness(state, confirmed, answered, node_answered)


def confirmed_at(issued: datetime, *, after: datetime | None, by: datetime | None, now: datetime) -> datetime:
    """When an entry was made: its own word, kept between the times the log noted before and after it, and now."""
    bounds = [each for each in (by, now) if each is not None]
    latest = min(bounds)
    return min(max(issued, after or issued), latest)


def warning(expires: datetime, now: datetime) -> int | None:
    """The days of the warning that holds now: 60, 30, 7, or 0 when it is over; None while more time is left."""
    left = expires - now
    if left <= timedelta(0):
        return 0
    return next((span.days for span in WARNED if left <= span), None)
