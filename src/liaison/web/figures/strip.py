"""How are weeks of duty drawn? As a strip of shifts a week, in SVG in the page, above the table that says the same.

    strip = weeks(shifts, start, 4, Drawing(names, weekdays, nobody, label, zone))
    {% include "web/duty/strip.html" %}

Invariants: the drawing depends on the values alone; who answers first is told by name, a time without anybody by words
and a dashed border, never by colour alone; readers from right to left get the mirror.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from liaison.duty.shifts import Shift
from liaison.duty.wall import first_instant
from liaison.web.words import listed

WIDTH, LABEL, HEAD, ROW, BAR = 720, 84, 22, 36, 28
LETTER = 8
TINTS = 4


@dataclass(frozen=True, slots=True)
class Piece:
    """One shift, or the part of it in this week."""

    x: int
    width: int
    words: str
    whole: str
    tint: str

    @property
    def middle(self) -> int:
        """Where its words stand."""
        return self.x + self.width // 2


@dataclass(frozen=True, slots=True)
class Row:
    """A week: its first day in words, and its pieces."""

    label: str
    y: int
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> int:
        """Where words stand."""
        return self.y + 19


@dataclass(frozen=True, slots=True)
class Strip:
    """A drawing; `mirrored` for readers from right to left."""

    rows: tuple[Row, ...]
    days: tuple[tuple[int, str], ...]
    mirrored: bool

    @property
    def width(self) -> int:
        """Of the whole drawing, in its own units."""
        return WIDTH

    @property
    def height(self) -> int:
        """Of the whole drawing."""
        return HEAD + ROW * len(self.rows)

    @property
    def bar(self) -> int:
        """How high a piece is."""
        return BAR

    @property
    def label_at(self) -> int:
        """Where the day of a row stands."""
        return WIDTH if self.mirrored else 0


@dataclass(frozen=True, slots=True)
class Drawing:
    """What a strip is drawn of: names by officer, the days from Monday, the words for nobody, and a day in words."""

    names: Mapping[str, str]
    weekdays: Sequence[str]
    nobody: str
    label: Callable[[date], str]
    zone: zoneinfo.ZoneInfo
    mirrored: bool = False


def weeks(found: Sequence[Shift], start: date, count: int, drawing: Drawing) -> Strip:
    """`count` weeks from the day `start` on."""
    order = list(dict.fromkeys(each.officers[0] for each in found if each.officers))
    rows = []
    for number in range(count):
        day = start + timedelta(days=7 * number)
        pieces = tuple(_pieces(found, day, order, drawing))
        rows.append(Row(drawing.label(day), HEAD + ROW * number, pieces))
    step = (WIDTH - LABEL) / 7
    days = []
    for number in range(7):
        middle = LABEL + step * (number + 0.5)
        words = drawing.weekdays[(start.weekday() + number) % 7]
        days.append((round(WIDTH - middle if drawing.mirrored else middle), words))
    return Strip(tuple(rows), tuple(days), drawing.mirrored)


def midnight(day: date, zone: zoneinfo.ZoneInfo) -> datetime:
    """When a day begins in a zone, in UTC."""
    return first_instant(zone, datetime.combine(day, time(0)))


def _pieces(found: Sequence[Shift], day: date, order: Sequence[str], drawing: Drawing) -> list[Piece]:
    start, end = midnight(day, drawing.zone), midnight(day + timedelta(days=7), drawing.zone)
    made = []
    for shift in found:
        begins, ends = max(shift.begins.astimezone(UTC), start), min(shift.ends.astimezone(UTC), end)
        if begins < ends:
            x = LABEL + (begins - start) / (end - start) * (WIDTH - LABEL)
            width = (ends - begins) / (end - start) * (WIDTH - LABEL)
            made.append(_piece(shift, x, width, order, drawing))
    return made


def _piece(shift: Shift, x: float, width: float, order: Sequence[str], drawing: Drawing) -> Piece:
    first = shift.officers[0] if shift.officers else ""
    whole = listed(drawing.names.get(each, each) for each in shift.officers) or drawing.nobody
    words = drawing.names.get(first, first) if first else drawing.nobody
    shown = next((each for each in (words, _initials(words) if first else "!") if len(each) * LETTER <= width), "")
    tint = f"t{order.index(first) % TINTS}" if first else "gap"
    left = WIDTH - x - width if drawing.mirrored else x
    return Piece(round(left), round(width), shown, whole, tint)


def _initials(words: str) -> str:
    return "".join(each[0] for each in words.split()[:3])
