"""Which shifts follow one another between two instants, when does nobody answer, and where do two things collide?

    shifts(rota, start, end)      (Shift(08:00, 20:00, ("7",)), Shift(20:00, 08:00, ("9",)), …)    without a hole
    gaps(rota, start, end)        those of them that have nobody
    overlaps(rota, start, end)    an officer who has two layers at once; two overrides that say different things

Invariants: `on_duty` gives the same officers at every instant of a shift; neighbours differ. Who answers changes only
where a turn, a window, a holiday, an absence, a swap or an override begins or ends, so only these are looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import TypeVar

from liaison.duty.rota import Layer, Rota, Spell, holder, on_duty, turn_at, turn_begins
from liaison.duty.wall import first_instant, steady

ONE_DAY = timedelta(days=1)
NEAR, FAR = timedelta(days=9), timedelta(days=62)
"""How far the present shift is followed: first the one, then the other."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Shift:
    """From when (inclusive) to when (exclusive) the same officers answer, the first first."""

    begins: datetime
    ends: datetime
    officers: tuple[str, ...]


class Collision(StrEnum):
    """What is wrong where two things hold at once."""

    TWO_LAYERS = "two-layers"
    TWO_OVERRIDES = "two-overrides"


@dataclass(frozen=True, slots=True)
class Overlap:
    """From when to when which officers collide."""

    begins: datetime
    ends: datetime
    officers: tuple[str, ...]
    kind: Collision


def shifts(rota: Rota, start: datetime, end: datetime) -> tuple[Shift, ...]:
    """The shifts from `start` to `end`, in order; one without officers is a gap."""
    found = _stretches(rota, rota.layers, start, end, lambda at: on_duty(rota, at))
    return tuple(Shift(*each) for each in found)


def layer_spells(rota: Rota, layer: Layer, start: datetime, end: datetime) -> tuple[Spell, ...]:
    """Who has one layer from `start` to `end`, in order, stretches without anybody left out."""
    found = _stretches(rota, (layer,), start, end, lambda at: holder(rota, layer, at))
    return tuple(Spell(*each) for each in found if each[2])


def gaps(rota: Rota, start: datetime, end: datetime) -> tuple[Shift, ...]:
    """When nobody answers."""
    return tuple(each for each in shifts(rota, start, end) if not each.officers)


def overlaps(rota: Rota, start: datetime, end: datetime) -> tuple[Overlap, ...]:
    """Where an officer has two layers at once, or two overrides of one layer name different officers."""
    twice = _stretches(rota, rota.layers, start, end, lambda at: _twice(rota, at))
    ours = _stretches(rota, (), start, end, lambda at: _contradicting(rota, at))
    found = [Overlap(*each, Collision.TWO_LAYERS) for each in twice if each[2]]
    found += [Overlap(*each, Collision.TWO_OVERRIDES) for each in ours if each[2]]
    return tuple(sorted(found, key=lambda each: (each.begins, each.kind)))


def present_shift(rota: Rota, instant: datetime) -> Shift:
    """The shift at an instant; where it is longer than two months, as far as that is looked."""
    for reach in (NEAR, FAR):
        start, end = instant - reach, instant + reach
        found = next(each for each in shifts(rota, start, end) if each.begins <= instant < each.ends)
        if found.begins > start and found.ends < end:
            return found
    return found


def _twice(rota: Rota, at: datetime) -> tuple[str, ...]:
    held = [each for layer in rota.layers if (each := holder(rota, layer, at))]
    return tuple(dict.fromkeys(each for each in held if held.count(each) > 1))


def _contradicting(rota: Rota, at: datetime) -> tuple[str, ...]:
    names: dict[str, dict[str, None]] = {}
    for each in rota.overrides:
        if each.spell.covers(at):
            names.setdefault(each.layer, {})[each.spell.officer] = None
    return tuple(dict.fromkeys(one for said in names.values() if len(said) > 1 for one in said))


def _stretches(
    rota: Rota, layers: Iterable[Layer], start: datetime, end: datetime, what: Callable[[datetime], T]
) -> list[tuple[datetime, datetime, T]]:
    """What holds from when to when; equal neighbours are one."""
    begins, stops = start.astimezone(UTC), end.astimezone(UTC)
    edges = {begins} | {each for each in _edges(rota, layers, begins, stops) if begins < each < stops}
    found: list[tuple[datetime, datetime, T]] = []
    for at in sorted(edges) if begins < stops else ():
        now = what(at)
        if found and found[-1][2] == now:
            continue
        if found:
            found[-1] = (found[-1][0], at, found[-1][2])
        found.append((at, stops, now))
    return found


def _edges(rota: Rota, layers: Iterable[Layer], start: datetime, end: datetime) -> Iterator[datetime]:
    """Every instant at which who answers may change."""
    for layer in layers:
        yield from _turns(layer, start, end)
        yield from _openings(rota, layer, start, end)
    both = (spell for swap in rota.swaps for spell in (swap.one, swap.other))
    for spell in (*(each.spell for each in rota.overrides), *both, *rota.absences):
        yield spell.begins.astimezone(UTC)
        yield spell.ends.astimezone(UTC)


def _turns(layer: Layer, start: datetime, end: datetime) -> Iterator[datetime]:
    for turn in range(max(0, turn_at(layer, start)), turn_at(layer, end) + 1):
        yield turn_begins(layer, turn)


def _openings(rota: Rota, layer: Layer, start: datetime, end: datetime) -> Iterator[datetime]:
    zone = layer.clock
    last = steady(zone, end).date() + ONE_DAY
    day = steady(zone, start).date() - ONE_DAY
    while day <= last:
        if layer.window is not None and day.weekday() in layer.window.weekdays:
            for wall in layer.window.of(day):
                yield first_instant(zone, wall)
        if layer.window is None and not layer.on_holidays and day in rota.holidays:
            for whole in (day, day + ONE_DAY):
                yield first_instant(zone, datetime.combine(whole, time(0)))
        day += ONE_DAY
