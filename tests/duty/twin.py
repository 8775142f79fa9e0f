"""Who is on duty, found without thinking: a clock on the wall, a pencil, and a look every minute.

Invariants: knows nothing of `liaison.duty` but its values; no arithmetic with zones: the clock is read, and whoever
watches it remembers the latest time it has shown.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from liaison.duty.rota import Layer, Rota

MINUTE = timedelta(minutes=1)


class Watcher:
    """Somebody who looks at the clock of one layer every minute and writes down whose turn it is."""

    def __init__(self, layer: Layer) -> None:
        self.layer, self.zone = layer, zoneinfo.ZoneInfo(layer.zone)
        self.latest = datetime.fromisoformat("0001-01-01")
        self.turn, self.next = -1, layer.first

    def look(self, at: datetime, rota: Rota) -> str:
        """Who has the layer at a minute."""
        self.latest = max(self.latest, at.astimezone(self.zone).replace(tzinfo=None))
        while self.latest >= self.next:
            self.turn, self.next = self.turn + 1, self.next + timedelta(hours=self.layer.hours)
        said = [
            each.spell.officer for each in rota.overrides if each.layer == self.layer.name and each.spell.covers(at)
        ]
        for swap in rota.swaps:
            if swap.layer == self.layer.name and not said:
                for given, taken in ((swap.one, swap.other), (swap.other, swap.one)):
                    if given.covers(at):
                        return taken.officer
        if said:
            return said[-1]
        if self.turn < 0 or not self._open(rota):
            return ""
        away = [each.officer for each in rota.absences if each.covers(at)]
        members = self.layer.members * 2
        place = self.turn % len(self.layer.members)
        present = [each for each in members[place : place + len(self.layer.members)] if each not in away]
        return present[0] if present else ""

    def _open(self, rota: Rota) -> bool:
        rests = set() if self.layer.on_holidays else rota.holidays
        if self.layer.window is None:
            return self.latest.date() not in rests
        for back in range(3):
            day = self.latest.date() - timedelta(days=back)
            begins = datetime.combine(day, self.layer.window.begins)
            ends = datetime.combine(day, self.layer.window.ends)
            if ends <= begins:
                ends += timedelta(days=1)
            if day.weekday() in self.layer.window.weekdays and day not in rests and begins <= self.latest < ends:
                return True
        return False


def layer_by_layer(rota: Rota, start: datetime, minutes: int) -> Iterator[tuple[datetime, list[str]]]:
    """Who has each layer at each minute; the clocks are watched from two days before on, so that no fold surprises."""
    watchers = [Watcher(layer) for layer in rota.layers]
    for early in range(2 * 24 * 60, 0, -30):
        for each in watchers:
            each.look(start - early * MINUTE, rota)
    for number in range(minutes):
        at = (start + number * MINUTE).astimezone(UTC)
        yield at, [each.look(at, rota) for each in watchers]


def minute_by_minute(rota: Rota, start: datetime, minutes: int) -> Iterator[tuple[datetime, tuple[str, ...]]]:
    """Who answers at each minute."""
    for at, holders in layer_by_layer(rota, start, minutes):
        found = []
        said = [each.spell.officer for each in rota.overrides if not each.layer and each.spell.covers(at)]
        for officer in (said[-1:] or [""]) + holders:
            if officer and officer not in found:
                found.append(officer)
        yield at, tuple(found)


def colliding(rota: Rota, at: datetime, holders: list[str]) -> set[tuple[str, str]]:
    """Who has two layers at a minute, and whom overrides of one layer name against each other."""
    twice = {("two-layers", each) for each in holders if each and holders.count(each) > 1}
    for name in {each.layer for each in rota.overrides}:
        said = {each.spell.officer for each in rota.overrides if each.layer == name and each.spell.covers(at)}
        twice |= {("two-overrides", each) for each in said if len(said) > 1}
    return twice
