"""How are counts drawn? As bars in SVG that stand in the page, beside the table with the same numbers.

    chart = bars("Notices a month", "By the month they began in", [("Jan", 12), ("Feb", 7)])
    {% include "web/chart.html" %}

Invariants: the drawing depends on the values alone; a bar begins at zero and its number stands behind it; nothing is
told by colour; coordinates and words only, so that the template escapes every word and no style is inline.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, LABEL, NUMBER, ROW = 640, 220, 56, 26
LONGEST = 26


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: its words, what they are short for, its number, and where it lies."""

    label: str
    whole: str
    number: str
    y: int
    length: int


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing; `mirrored` for readers from right to left."""

    title: str
    description: str
    bars: tuple[Bar, ...]
    mirrored: bool

    @property
    def width(self) -> int:
        """Of the whole drawing, in its own units."""
        return WIDTH

    @property
    def height(self) -> int:
        """Of the whole drawing."""
        return ROW * len(self.bars)

    @property
    def start(self) -> int:
        """Where bars begin."""
        return WIDTH - LABEL if self.mirrored else LABEL

    @property
    def label_at(self) -> int:
        """Where labels end: before their bar."""
        return self.start + 8 if self.mirrored else self.start - 8

    def placed(self) -> list[dict[str, int | str]]:
        """Every bar with the coordinates of its parts."""
        return [
            {
                "label": bar.label,
                "whole": bar.whole,
                "number": bar.number,
                "x": self.start - bar.length if self.mirrored else self.start,
                "y": bar.y + 5,
                "text": bar.y + 18,
                "length": bar.length,
                "number_at": self.start - bar.length - 6 if self.mirrored else self.start + bar.length + 6,
            }
            for bar in self.bars
        ]


def bars(title: str, description: str, points: Sequence[tuple[str, float]], *, mirrored: bool = False) -> Chart:
    """A bar a point, in their order."""
    room = WIDTH - LABEL - NUMBER
    largest = max((value for _, value in points), default=0) or 1
    drawn = tuple(
        Bar(_short(label), label, f"{value:,.0f}", ROW * row, round(max(0.0, value) / largest * room))
        for row, (label, value) in enumerate(points)
    )
    return Chart(title, description, drawn, mirrored)


def _short(label: str) -> str:
    return label if len(label) <= LONGEST else label[: LONGEST - 1] + "…"
