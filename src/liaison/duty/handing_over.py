"""Whose duty begins or ends, and when are they told?

    turns(rota, start, end)      (Turn(BEGINS, "9", 20:00), Turn(ENDS, "7", 20:00), …)    where who answers changes
    told_at(turn)                20:00 for a beginning, 19:00 for an end: an hour before

Invariants: an officer who goes on answering begins and ends nothing, whatever layers they have; a moment of duty is
told when it comes, and never later than `LATE`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from liaison.duty.rota import Rota, on_duty
from liaison.duty.shifts import shifts

BEFORE_END = timedelta(hours=1)
LATE = timedelta(minutes=30)
"""What no worker told in this time is told no more."""
MOMENT = timedelta(microseconds=1)


class TurnKind(StrEnum):
    """What happens to an officer."""

    BEGINS = "duty-begins"
    ENDS = "duty-ends"


@dataclass(frozen=True, slots=True)
class Turn:
    """An officer's duty begins or ends at an instant."""

    kind: TurnKind
    officer: str
    at: datetime


def turns(rota: Rota, start: datetime, end: datetime) -> tuple[Turn, ...]:
    """What begins and ends from `start` (inclusive) to `end` (exclusive), in order."""
    return tuple(_turns(rota, start, end))


def _turns(rota: Rota, start: datetime, end: datetime) -> Iterator[Turn]:
    before = on_duty(rota, start - MOMENT)
    for shift in shifts(rota, start, end):
        yield from (Turn(TurnKind.ENDS, each, shift.begins) for each in before if each not in shift.officers)
        yield from (Turn(TurnKind.BEGINS, each, shift.begins) for each in shift.officers if each not in before)
        before = shift.officers


def told_at(turn: Turn) -> datetime:
    """When the officer is told of it."""
    return turn.at - BEFORE_END if turn.kind is TurnKind.ENDS else turn.at


def due(rota: Rota, now: datetime) -> tuple[Turn, ...]:
    """What is to be told now, if it was not told before."""
    found = turns(rota, now - LATE, now + BEFORE_END + MOMENT)
    return tuple(each for each in found if now - LATE < told_at(each) <= now)
