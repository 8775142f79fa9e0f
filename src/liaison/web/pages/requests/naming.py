"""How do requests and their dates stand on a page: in words, in the zones of both sides, and who has to act?

Invariants: a last day is shown with the zone whose day it is, and its end as an instant of the officer's zone and of
the zone that the other desk's record names; where it names none, nothing is made up.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from liaison.messages.parties import DeskRef
from liaison.node.reads.cooperation.listing import ClockRead
from liaison.node.reads.cooperation.parties import others_in
from liaison.node.reads.desk.regions import zones_of
from liaison.node.services.people.officers import Seat
from liaison.web.names import DeskName, DeskNames
from liaison.web.requests import path_to
from liaison.web.site import here
from liaison.web.words import code_word


@dataclass(frozen=True, slots=True)
class There:
    """The other side: its desks in words, and their zones."""

    names: tuple[DeskName, ...] = ()
    zones: tuple[str, ...] = ()


NOBODY = There()


@dataclass(frozen=True, slots=True)
class ClockView:
    """A date of a request; `path` leads to the request, or to the case where it was only spoken of."""

    read: ClockRead
    there: There
    path: str
    late: bool = field(default=False)


def others_of(seat: Seat, names: DeskNames, cases: Collection[str]) -> Mapping[str, There]:
    """Who is at the other end of these cases, and in which zones."""
    found = others_in(here(), seat.register, seat.desk, cases)
    zones = zones_of(here(), seat.register, {desk for desks in found.values() for desk in desks})
    return {case: there(seat, names, zones, desks) for case, desks in found.items()}


def there(seat: Seat, names: DeskNames, zones: Mapping[DeskRef, str], desks: Iterable[DeskRef]) -> There:
    """The desks of the other side in words, each zone once."""
    found = tuple(desks)
    told = dict.fromkeys(zones[desk] for desk in found if desk in zones)
    return There(tuple(names.of(seat.register, desk) for desk in found), tuple(told))


def clock_view(seat: Seat, read: ClockRead, where: There) -> ClockView:
    """A date with its page."""
    path = request_path(seat, read.root) if read.root else path_to(seat, f"cases/{read.case}/")
    return ClockView(read, where, path, read.clock.state.value == "missed")


def date_words(read: ClockRead) -> str:
    """What an entry of a calendar says: the date, never which request or whose."""
    return code_word("request-clock", read.clock.id)


def request_path(seat: Seat, root: str, tail: str = "") -> str:
    """The path of the page of a request, or of a page below it."""
    return path_to(seat, f"requests/{root}/{tail}")
