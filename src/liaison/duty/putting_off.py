"""For how long may a message be put off, or wait for the colleague to whom it was handed?

    put_off(20, begun=03:00, promised=60, now=03:05)       20
    put_off(60, begun=03:00, promised=60, now=03:05)       55: the desk promised an answer by 04:00
    given_minutes(begun=03:00, promised=60, now=03:55)     5: a colleague has ten minutes, or what is left, two at least

Invariants: whole minutes; nothing is put off past the time in which the desk promises an answer.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from liaison.errors import UsageError

SHORTEST, LONGEST = 5, 60
GIVEN, GIVEN_AT_LEAST = 10, 2
CHOICES = (10, 20, 30, 60)
"""What a page offers."""


def put_off(minutes: int, *, begun: datetime, promised: int, now: datetime) -> int:
    """The minutes for which it is put off. Raises UsageError for too few or many, and where there is no time left."""
    if not SHORTEST <= minutes <= LONGEST:
        raise UsageError("snooze-minutes", least=SHORTEST, most=LONGEST)
    left = _left(begun, promised, now)
    if left < SHORTEST:
        raise UsageError("snooze-too-late")
    return min(minutes, left)


def given_minutes(*, begun: datetime, promised: int, now: datetime) -> int:
    """The minutes that a colleague has to say that they have it."""
    return min(GIVEN, max(GIVEN_AT_LEAST, _left(begun, promised, now)))


def _left(begun: datetime, promised: int, now: datetime) -> int:
    return (begun + timedelta(minutes=promised) - now) // timedelta(minutes=1)
