"""Which time does an agreed text give for a step of a request: how long, from what, until what, and whose is it?

    [clocks.preservation]
    days = 60                          of the calendar; `hours` where a text counts hours
    at_least = true                    the text says "not less than"
    starts = "secured"
    ends = ["released", "withdrawn"]
    held = { from = "assistance-asked", until = "assistance-decided" }
    acts = "requesting"                who has to act before it ends
    then = "lapses"                    what it means that it ends: preservation lapses; the other is `overdue`

Invariants (docs/spec/requests-catalogue.md):
- a clock has days or hours, never both;
- while it is held it does not end, however many days have passed;
- a `suggested` figure is the program's own, where the text says "promptly" or nothing; it never lapses.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from liaison.errors import MalformedError


class Event(StrEnum):
    """What starts, holds or ends a clock, as the messages of a case show it or a desk notes it."""

    ASKED_BY_TELEPHONE = "asked-by-telephone"
    CONFIRMED_IN_WRITING = "confirmed-in-writing"
    SENT = "sent"
    RECEIVED = "received"
    COMPLETE = "complete"
    """All that the text wants said was received, supplements included."""
    DECIDED = "decided"
    SECURED = "secured"
    ORDERED = "ordered"
    """An order of the requested State was made."""
    SERVED = "served"
    """The order was served on the provider."""
    RETURNED = "returned"
    """The provider gave the data to the authority that ordered them."""
    ANSWERED = "answered"
    CLOSED = "closed"
    EXTENDED = "extended"
    RELEASED = "released"
    WITHDRAWN = "withdrawn"
    ASSISTANCE_ASKED = "assistance-asked"
    ASSISTANCE_DECIDED = "assistance-decided"
    ARRESTED = "arrested"
    EXTRADITION_ASKED = "extradition-asked"


class Side(StrEnum):
    """Who has to act."""

    REQUESTING = "requesting"
    REQUESTED = "requested"
    PROVIDER = "provider"


class Then(StrEnum):
    """What it means that a clock ends before what ends it happened."""

    LAPSES = "lapses"
    OVERDUE = "overdue"


class Held(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"begin": "from"}):
    """While a clock does not end."""

    begin: Event
    until: Event


class Clock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One time that a text gives; `renewable` says that the step may be taken anew before it ends."""

    starts: Event
    ends: Annotated[tuple[Event, ...], msgspec.Meta(min_length=1)]
    acts: Side
    then: Then
    article: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    en: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    days: Annotated[int, msgspec.Meta(ge=1, le=3650)] | None = None
    hours: Annotated[int, msgspec.Meta(ge=1, le=720)] | None = None
    at_least: bool = False
    suggested: bool = False
    renewable: bool = False
    held: Held | None = None

    def check(self, place: str) -> None:
        """Return if it has one length, and lapses by a figure of the text only. Raises MalformedError."""
        if (self.days is None) == (self.hours is None) or self.starts in self.ends:
            raise MalformedError("catalogue-clock", place=place[:80])
        if self.suggested and self.then is Then.LAPSES:
            raise MalformedError("catalogue-clock", place=place[:80])


class Extension(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a clock is made longer: by which form, asked while it still runs; by how many days where the text says so."""

    form: str
    clock: str
    article: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    en: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    days: Annotated[int, msgspec.Meta(ge=1, le=3650)] | None = None
    times: Annotated[int, msgspec.Meta(ge=1, le=100)] | None = None
