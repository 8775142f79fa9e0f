"""When may a way of an officer ring again, so that fifty messages are not fifty calls?

    rings = [Ring(03:00:00, "urgent")]
    rings_at(rings, "urgent", 03:00:20)       03:01:00: what comes until then is told in one notification
    rings_at(rings, "emergency", 03:00:20)    03:00:20: nothing that urgent was told yet
    below_ceiling(twelve_rings, "urgent", 03:40)       03:43, ten minutes after the last of them

Invariants (docs/spec/escalation.md, "Many at once"):
- A way that did not ring for ten minutes rings at once, but for an exercise.
- By one way, of one urgency or above it, at most one notification leaves in a minute and at most three in ten minutes;
  only what was as urgent or more counts, so that noise never holds up an emergency.
- By one way, of all urgencies together, at most `AN_HOUR` leave in an hour: once `CEILING` did, an emergency waits
  until none was told for five minutes, anything else until nothing was for ten. An exercise waits until fewer did, and
  holds up nothing that is real.
- What waits for a way leaves together, whatever its urgency and reason, when the most urgent of it may: what is real
  waits ten minutes at most.
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
CEILING, HOUR = 12, timedelta(hours=1)
"""So many in an hour, of all urgencies together, before a way rings at its slowest."""
SLOWEST = timedelta(minutes=10)
SLOWEST_IN_EMERGENCY = timedelta(minutes=5)
AN_HOUR = CEILING + HOUR // SLOWEST_IN_EMERGENCY
"""What a way comes to in an hour at the most, whatever comes in."""
EMERGENCY = URGENCIES[-1]


@dataclass(frozen=True, slots=True)
class Ring:
    """A notification that left by a way, and how urgent the most urgent was of which it told."""

    at: datetime
    urgency: str
    exercise: bool = False


def most_urgent(urgencies: Iterable[str]) -> str:
    """The most urgent of them; there is one at least."""
    return max(urgencies, key=URGENCIES.index)


def rings_at(rings: Iterable[Ring], urgency: str, now: datetime) -> datetime:
    """When a way may ring next for something so urgent: `now`, or later."""
    counts = URGENCIES[URGENCIES.index(urgency) :]
    rang = sorted(each.at for each in rings if each.urgency in counts and each.at <= now + SET_BACK)
    return max([now, *(rang[-most] + window for most, window in LIMITS if len(rang) >= most)])


def below_ceiling(rings: Iterable[Ring], urgency: str, now: datetime, *, exercise: bool = False) -> datetime:
    """When a way may ring next by all that it rang in the last hour, an exercise or not: `now`, or later."""
    rang = sorted((each for each in rings if each.at <= now + SET_BACK), key=lambda each: each.at)
    fewer = rang[-CEILING].at + HOUR if len(rang) >= CEILING else now
    if fewer <= now or exercise:
        return max(now, fewer)
    only = urgency == EMERGENCY
    counts = [each.at for each in rang if not each.exercise and (each.urgency == EMERGENCY or not only)]
    slowest = SLOWEST_IN_EMERGENCY if only else SLOWEST
    return max(now, min(fewer, counts[-1] + slowest)) if counts else now
