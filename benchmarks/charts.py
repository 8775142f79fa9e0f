"""How are measured values drawn? As small SVG files for light and dark pages, the numbers written beside each bar.

Invariants: the drawing depends on the values alone; nothing is fetched and nothing runs; a bar begins at zero, and
where the largest value is a thousand times the smallest the values are dots on a scale of powers of ten, which says so.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from html import escape

from benchmarks.figures import Figure, Series

WIDTH, LABEL, NUMBER, ROW, TOP = 760, 300, 90, 24, 40
FAR = 1000.0
STYLE = """<style>
text{font:13px system-ui,sans-serif;fill:#1f2328}.title{font-weight:600}.faint{fill:#59636e}
.bar{fill:#2f6fb2}.good{fill:#2f6fb2}.bad{fill:#c2571a}line{stroke:#b8bfc7}.goal{stroke:#1f2328;stroke-dasharray:3 3}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.faint{fill:#9aa4ae}.bar,.good{fill:#6cb0f5}.bad{fill:#f0955a}
line{stroke:#4a525a}.goal{stroke:#e6edf3}}
</style>"""


def number(value: float) -> str:
    """A value as people read it: three or four digits, thousands apart."""
    if value and (abs(value) >= 1e9 or abs(value) < 1e-3):
        return f"{value:.3g}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def series_chart(series: Series) -> str:
    """One series: a bar a point, or a dot on a logarithmic scale."""
    values = [value for _, value in series.points]
    least = min((value for value in values if value > 0), default=0.0)
    far = least > 0 and max(values) / least >= FAR and min(values) > 0
    body = list(_dots(series) if far else _bars(series))
    note = f"{series.unit}, each line ten times the one before" if far else series.unit
    return _drawing(series.title, note, body, len(values))


def goals_chart(figures: list[Figure]) -> str:
    """How far each judged ratio is from its goal; the dashed line is the goal, right of it is better."""
    judged = [(figure, reach) for figure in figures if (reach := reached(figure)) is not None]
    body, place = list[str](), _scale([*(reach for _, reach in judged), 0.5, 2.0])
    end = TOP + ROW * len(judged)
    for power in _powers([*(reach for _, reach in judged), 0.5, 2.0]):
        body.append(f'<line x1="{place(10.0**power):.1f}" x2="{place(10.0**power):.1f}" y1="{TOP}" y2="{end}"/>')
    body.append(f'<line class="goal" x1="{place(1):.1f}" x2="{place(1):.1f}" y1="{TOP - 4}" y2="{end}"/>')
    for row, (figure, reach) in enumerate(judged):
        kind = "good" if figure.met else "bad"
        middle = TOP + ROW * row + ROW / 2
        body += _label(figure.name, middle)
        body.append(f'<circle class="{kind}" cx="{place(reach):.1f}" cy="{middle:.1f}" r="5"/>')
        body.append(_value(f"{number(reach)} times", middle))
    return _drawing(
        "How far from its goal",
        "times as good as the goal asks; dashed: the goal; a line is ten times",
        body,
        len(judged),
    )


def reached(figure: Figure) -> float | None:
    """How many times as good as its goal a figure is; None where it is not judged or its goal is no number."""
    words = figure.goal.removeprefix("ratio ").split()
    given = figure.ratio if figure.goal.startswith("ratio ") else figure.value
    if figure.met is None or given is None or given <= 0 or len(words) < 2 or words[0] not in {"<=", ">="}:
        return None
    limit = float(words[1])
    if limit <= 0:
        return None
    return given / limit if words[0] == ">=" else limit / given


def _bars(series: Series) -> Iterator[str]:
    largest = max((value for _, value in series.points), default=0.0) or 1.0
    for row, (label, value) in enumerate(series.points):
        middle = TOP + ROW * row + ROW / 2
        long = max(0.0, value) / largest * _room()
        yield from _label(label, middle)
        yield f'<rect class="bar" x="{LABEL}" y="{middle - 7:.1f}" width="{long:.1f}" height="14" rx="2"/>'
        yield _value(number(value), middle)


def _dots(series: Series) -> Iterator[str]:
    values = [value for _, value in series.points]
    place, end = _scale(values), TOP + ROW * len(values)
    for power in _powers(values):
        yield f'<line x1="{place(10.0**power):.1f}" x2="{place(10.0**power):.1f}" y1="{TOP}" y2="{end}"/>'
    for row, (label, value) in enumerate(series.points):
        middle = TOP + ROW * row + ROW / 2
        yield from _label(label, middle)
        yield f'<circle class="bar" cx="{place(value):.1f}" cy="{middle:.1f}" r="5"/>'
        yield _value(number(value), middle)


class _Scale:
    """Where a value lies on a logarithmic axis."""

    def __init__(self, first: int, last: int) -> None:
        self._first, self._last = first, last

    def __call__(self, value: float) -> float:
        return LABEL + 6 + (math.log10(value) - self._first) / (self._last - self._first) * (_room() - 12)


def _scale(values: list[float]) -> _Scale:
    powers = _powers(values)
    return _Scale(powers[0], powers[-1])


def _powers(values: list[float]) -> range:
    first, last = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return range(first, max(last, first + 1) + 1)


def _room() -> int:
    return WIDTH - LABEL - NUMBER


def _label(text: str, middle: float) -> Iterator[str]:
    """The text left of a row, cut where it would run into the bars; whole on hovering."""
    short = text if len(text) <= 44 else text[:43] + "…"
    yield (
        f'<text x="{LABEL - 8}" y="{middle + 4:.1f}" text-anchor="end"><title>{escape(text)}</title>'
        f"{escape(short)}</text>"
    )


def _value(text: str, middle: float) -> str:
    return f'<text class="faint" x="{WIDTH - 4}" y="{middle + 4:.1f}" text-anchor="end">{escape(text)}</text>'


def _drawing(title: str, note: str, body: list[str], rows: int) -> str:
    height = TOP + ROW * rows + 10
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img" aria-label="{escape(title)}">'
    )
    words = (
        f'<text class="title" x="4" y="16">{escape(title)}</text>',
        f'<text class="faint" x="4" y="32">{escape(note)}</text>',
    )
    return "\n".join([head, STYLE, *words, *body, "</svg>"]) + "\n"
