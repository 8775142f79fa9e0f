"""When may a way of an officer ring again, so that fifty messages are not fifty calls?

    rings = [Ring(03:00:00, "urgent")]
    rings_at(rings, "urgent", 03:00:20)       03:01:00: what comes until then is told in one notification
    rings_at(rings, "emergency", 03:00:20)    03:00:20: nothing that urgent was told yet

Invariants (docs/spec/escalation.md, "Many at once"):
- A way that did not ring for ten minutes rings at once.
- By one way, of messages of one urgency or above it, at most one notification leaves in a minute and at most three in
  ten minutes; only what was as urgent or more counts, so that noise never holds up an emergency.
- What waits for a way leaves together, whatever its urgency, when the most urgent of it may: nobody waits ten minutes.
- A ring that lies ahead of the clock by more than a minute is of a clock that was set back since, and counts no more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from liaison.duty.escalation import SET_BACK
from liaison.duty.plans import URGENCIES

LIMITS = ((1, timedelta(minutes=1)), (3, timedelta(minutes=10)))
"""At most so many notifications in so long."""
LONGEST = max(window for _, window in LIMITS)
AN_HOUR = 18
"""What `LIMITS` come to in an hour."""


@dataclass(frozen=True, slots=True)
class Ring:
    """A notification that left by a way, and how urgent the most urgent was of which it told."""

    at: datetime
    urgency: str


def most_urgent(urgencies: Iterable[str]) -> str:
    """The most urgent of them; there is one at least."""
    return max(urgencies, key=URGENCIES.index)


def rings_at(rings: Iterable[Ring], urgency: str, now: datetime) -> datetime:
    """When a way may ring next for something so urgent: `now`, or later."""
    counts = URGENCIES[URGENCIES.index(urgency) :]
    rang = sorted(each.at for each in rings if each.urgency in counts and each.at <= now + SET_BACK)
    return max([now, *(rang[-most] + window for most, window in LIMITS if len(rang) >= most)])
