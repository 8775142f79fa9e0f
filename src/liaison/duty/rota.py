"""Who is on duty at a desk at an instant, the first to answer first?

    rota = Rota(layers=(Layer("nights", "Europe/Berlin", datetime(2026, 1, 5, 20), 168, ("7", "9", "12"),
                              Window(ALL_DAYS, time(20), time(8))),))
    on_duty(rota, datetime(2026, 1, 14, 2, 10, tzinfo=UTC))          ("9",)

Invariants:
- Layers answer in their order: whoever has the first is asked first; nobody stands twice in an answer.
- Turn k of a layer begins when the wall clock of its zone, never set back, first shows `first` + k · `hours`.
- A window opens by the same clock on its days; a layer that rests on holidays does not open on one.
- The officer of a turn who is absent is stood in for by the next of the layer who is not.
- An agreed swap counts before turns, an override before swaps, a later override before an earlier one.
- Officers are opaque ids; instants come in and go out with a zone.

Spec page: docs/spec/duty.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from liaison.duty.wall import find_zone, first_instant, steady

DAY, WEEK = 24, 168
"""Hours a turn lasts by the wall clock, where it is handed over daily or weekly."""

ALL_DAYS = frozenset(range(7))


@dataclass(frozen=True, slots=True)
class Window:
    """When a layer answers: on these weekdays (0 is Monday) from `begins` to `ends`, past midnight if that is earlier.

    Both the same: a whole day from then.
    """

    weekdays: frozenset[int]
    begins: time
    ends: time

    def of(self, day: date) -> tuple[datetime, datetime]:
        """From when to when by the wall clock, where it opens on this day."""
        closes = day if self.ends > self.begins else day + timedelta(days=1)
        return datetime.combine(day, self.begins), datetime.combine(closes, self.ends)

    def opened_on(self, wall: datetime) -> tuple[date, ...]:
        """The days, its own or the one before, on which it opened to be open when the clock shows `wall`."""
        days = (wall.date(), wall.date() - timedelta(days=1))
        spans = ((day, self.of(day)) for day in days if day.weekday() in self.weekdays)
        return tuple(day for day, (opens, closes) in spans if opens <= wall < closes)


@dataclass(frozen=True, slots=True)
class Layer:
    """Officers who take turns. `first` is the local time at which the first turn begins; a turn lasts `hours` of it."""

    name: str
    zone: str
    first: datetime
    hours: int
    members: tuple[str, ...]
    window: Window | None = None
    on_holidays: bool = True

    @property
    def clock(self) -> ZoneInfo:
        """The zone whose clock counts. Raises UsageError."""
        return find_zone(self.zone)


@dataclass(frozen=True, slots=True)
class Spell:
    """From when (inclusive) to when (exclusive), and who."""

    begins: datetime
    ends: datetime
    officer: str

    def covers(self, instant: datetime) -> bool:
        """Whether the instant is in it."""
        return self.begins <= instant < self.ends


@dataclass(frozen=True, slots=True)
class Override:
    """Who has a layer for a time, whoever's turn it is; an empty layer: who answers before all layers."""

    layer: str
    spell: Spell


@dataclass(frozen=True, slots=True)
class Swap:
    """Two spells of one layer whose officers agreed to stand for each other."""

    layer: str
    one: Spell
    other: Spell


@dataclass(frozen=True, slots=True)
class Rota:
    """All that decides who answers; `overrides` in the order they were made, `absences` of officers."""

    layers: tuple[Layer, ...] = ()
    overrides: tuple[Override, ...] = ()
    swaps: tuple[Swap, ...] = ()
    absences: tuple[Spell, ...] = ()
    holidays: frozenset[date] = frozenset()


def on_duty(rota: Rota, instant: datetime) -> tuple[str, ...]:
    """Who answers at an instant, the first to be asked first; empty where nobody does."""
    holders = (holder(rota, layer, instant) for layer in rota.layers)
    asked = (overriding(rota, "", instant), *holders)
    return tuple(dict.fromkeys(each for each in asked if each))


def holder(rota: Rota, layer: Layer, instant: datetime) -> str:
    """Who has a layer at an instant; empty where nobody has."""
    return overriding(rota, layer.name, instant) or _swapped(rota, layer, instant) or _by_turn(rota, layer, instant)


def overriding(rota: Rota, layer: str, instant: datetime) -> str:
    """Whose override counts for a layer at an instant; empty without any."""
    made = (each.spell for each in reversed(rota.overrides) if each.layer == layer)
    return next((spell.officer for spell in made if spell.covers(instant)), "")


def turn_at(layer: Layer, instant: datetime) -> int:
    """The number of the turn at an instant; below 0 before the first."""
    return (steady(layer.clock, instant) - layer.first) // timedelta(hours=layer.hours)


def turn_begins(layer: Layer, turn: int) -> datetime:
    """When a turn begins, in UTC."""
    return first_instant(layer.clock, layer.first + turn * timedelta(hours=layer.hours))


def _swapped(rota: Rota, layer: Layer, instant: datetime) -> str:
    for swap in reversed(rota.swaps):
        if swap.layer == layer.name:
            if swap.one.covers(instant):
                return swap.other.officer
            if swap.other.covers(instant):
                return swap.one.officer
    return ""


def _by_turn(rota: Rota, layer: Layer, instant: datetime) -> str:
    wall = steady(layer.clock, instant)
    turn = (wall - layer.first) // timedelta(hours=layer.hours)
    if turn < 0 or not layer.members or not _open(rota, layer, wall):
        return ""
    away = {each.officer for each in rota.absences if each.covers(instant)}
    start = turn % len(layer.members)
    in_turn = layer.members[start:] + layer.members[:start]
    return next((each for each in in_turn if each not in away), "")


def _open(rota: Rota, layer: Layer, wall: datetime) -> bool:
    """Whether a layer answers when the clock shows `wall`; a window belongs to the day it opens on."""
    if layer.window is None:
        return layer.on_holidays or wall.date() not in rota.holidays
    return any(layer.on_holidays or day not in rota.holidays for day in layer.window.opened_on(wall))
