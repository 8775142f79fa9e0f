"""May a side use a right that a text gives only to those that reserved it?

    find_right(text, positions, "art-29-4", Between("XD", "XC", day)) is Right.RESERVED     XD may use it against XC

Invariants (docs/spec/instruments.md, "Reserved rights"):
- only a reservation that names the clause counts, as it stands on the day: one that was withdrawn gives nothing;
- a reservation works both ways: what one side reserved the other may use against it;
- of a side that is not known to be bound nothing is inferred, neither that it reserved anything nor that it did not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from liaison.instruments.positions import Positions, Standing, Status, standing
from liaison.instruments.texts import Instrument


class Right(StrEnum):
    """How a side stands to a right that has to be reserved."""

    RESERVED = "reserved"
    OBJECTED = "objected"
    """It reserved the right, and the other side objected to that."""
    MUTUAL = "mutual"
    """The other side reserved it, and this one did not."""
    NOT_RESERVED = "not-reserved"
    UNKNOWN = "unknown"
    """Nothing shows that it is bound by the text at all."""


@dataclass(frozen=True, slots=True)
class Between:
    """Who wants to use the right, against whom, on which day; a party is a participant's id, or a country code."""

    side: str
    other: str
    on: date


def find_right(text: Instrument, positions: Positions, clause: str, between: Between) -> Right:
    """How a side stands to the right that a clause lets States reserve."""
    ours = standing(text, positions, between.side, on=between.on)
    theirs = standing(text, positions, between.other, on=between.on)
    if ours.status not in (Status.PARTY, Status.PROVISIONAL):
        return Right.UNKNOWN
    if _reserves(ours, clause):
        return Right.OBJECTED if _objects(theirs, between.side, clause) else Right.RESERVED
    return Right.MUTUAL if _reserves(theirs, clause) else Right.NOT_RESERVED


def _reserves(who: Standing, clause: str) -> bool:
    return any(clause in made.clauses for made in who.reservations)


def _objects(who: Standing, about: str, clause: str) -> bool:
    return any(made.about == about and (not made.clauses or clause in made.clauses) for made in who.objections)
