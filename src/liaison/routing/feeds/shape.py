"""What kind of feed is this, and where in a row does the address stand? Answered from its first lines.

    plain list     # comment                      CSV     first_seen,ip,port
                   192.0.2.7                              2026-08-22T03:00:00Z,192.0.2.7,443
                   2001:db8::/32 ; note           JSON lines      {"ip":"192.0.2.7","port":443}

Rules (docs/spec/feeds.md): a first significant line that opens with `{` makes JSON lines; a delimiter (`,` `;` TAB `|`)
that cuts the sampled rows into the same number of columns makes CSV; everything else is a plain list. What the caller
names is never guessed. A column is found by its name first (data/column-names.txt, in order), then by what it holds.
"""

from __future__ import annotations

import csv
import functools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources

import msgspec

from liaison.errors import MalformedError, UsageError
from liaison.routing.addresses import Stretch, parse_resource
from liaison.wire.typed import read_json

SAMPLE_ROWS = 50
DELIMITERS = (",", ";", "\t", "|")
_FOREIGN_MARKS = (b"\xff\xfe", b"\xfe\xff")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Format(StrEnum):
    """The three kinds of feed."""

    LIST = "list"
    CSV = "csv"
    JSON_LINES = "json-lines"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the caller knows about a feed; None is to be found out."""

    format: Format | None = None
    delimiter: str | None = None
    column: str | None = None
    """Name of the column or JSON field (`source.ip` may be nested), or a column's number from 1."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How the rows of one feed are to be read."""

    format: Format
    delimiter: str = ","
    column: int = 0
    """Position of the address column, from 0 (CSV)."""
    names: tuple[str, ...] = ()
    """Column names of the header (CSV), or the one field's name (JSON lines)."""
    header: bool = False
    """The first significant row is the header."""


def sniff(sample: bytes, wanted: Wanted) -> Shape:
    """The shape of a feed from whole lines of its beginning.

    Raises MalformedError `feed-encoding`; UsageError `feed-column-unknown` or `feed-column-not-found`.
    """
    if sample.startswith(_FOREIGN_MARKS) or b"\0" in sample[:4096]:
        raise MalformedError("feed-encoding")
    text = sample.removeprefix(BYTE_ORDER_MARK).decode("utf-8", "replace")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    lines = lines[:SAMPLE_ROWS]
    if wanted.format is Format.JSON_LINES or (wanted.format is None and lines and lines[0].lstrip().startswith("{")):
        return Shape(Format.JSON_LINES, names=(_json_field(lines, wanted.column),))
    delimiter = wanted.delimiter or _delimiter(lines, "," if wanted.format is Format.CSV else None)
    if delimiter is None or wanted.format is Format.LIST:
        return Shape(Format.LIST, names=("resource",))
    return _csv_shape(_cut(lines, delimiter), delimiter, wanted.column)


@functools.cache
def known_names() -> tuple[str, ...]:
    """Names that address columns usually have, the most telling first."""
    page = resources.files("liaison.routing") / "data" / "column-names.txt"
    return tuple(page.read_text(encoding="ascii").split())


def _delimiter(lines: Sequence[str], fallback: str | None) -> str | None:
    """The delimiter that gives most of the rows the same number of columns, at least two."""
    for delimiter in DELIMITERS:
        widths = Counter(map(len, _cut(lines, delimiter)))
        width, rows = widths.most_common(1)[0] if widths else (0, 0)
        if width > 1 and rows * 10 >= 6 * len(lines):
            return delimiter
    return fallback


def _cut(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    """The cells of each line on its own, so that one stray quote does not hide the lines after it."""
    return [next(csv.reader([line], delimiter=delimiter)) for line in lines]


def _csv_shape(rows: list[list[str]], delimiter: str, column: str | None) -> Shape:
    if not rows:
        return Shape(Format.CSV, delimiter, names=("resource",))
    first = rows[0]
    header = _is_header(rows)
    names = tuple(first) if header else tuple(f"column_{number}" for number in range(1, len(first) + 1))
    cells = rows[1:] if header else rows
    position = _named(names, column) if column is not None else _found(names, cells)
    return Shape(Format.CSV, delimiter, position, names, header)


def _is_header(rows: list[list[str]]) -> bool:
    """The first row names columns: it holds no address, and a known name or what no later row looks like."""
    first = rows[0]
    kinds = [_holds(cell) for cell in first]
    if "stretch" in kinds:
        return False
    if any(plain_name(cell) in known_names() for cell in first):
        return True
    return "name" not in kinds and len(rows) > 1


def _named(names: Sequence[str], column: str) -> int:
    """The column the caller named, by name or by number from 1."""
    plain = [name.strip().lower() for name in names]
    if column.strip().lower() in plain:
        return plain.index(column.strip().lower())
    if column.isascii() and column.isdigit() and 1 <= int(column) <= len(names):
        return int(column) - 1
    raise UsageError("feed-column-unknown", column=column)


def _found(names: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """The column with a known name and fitting cells, else the one with most addresses, else most names."""
    scores = [_score(rows, position) for position in range(len(names))]
    plain = [plain_name(name) for name in names]
    for known in known_names():
        if known in plain and (not rows or sum(scores[plain.index(known)]) * 2 >= len(rows)):
            return plain.index(known)
    best = max(range(len(names)), key=lambda position: scores[position])
    if sum(scores[best]) * 2 < len(rows) or not rows:
        raise UsageError("feed-column-not-found")
    return best


def _score(rows: Sequence[Sequence[str]], position: int) -> tuple[int, int]:
    """How many cells hold addresses, how many hold names."""
    kinds = Counter(_holds(row[position]) for row in rows if position < len(row))
    return kinds["stretch"], kinds["name"]


def _holds(cell: str) -> str:
    try:
        return "stretch" if isinstance(parse_resource(cell), Stretch) else "name"
    except MalformedError:
        return "nothing"


def plain_name(name: str) -> str:
    """The name of a column as names are compared: lower case, with underscores."""
    return name.strip().lower().replace(" ", "_").replace("-", "_")


def _json_field(lines: Sequence[str], field: str | None) -> str:
    """The field the caller named, else the first known name that most sampled objects hold a resource under."""
    if field is not None:
        return field
    objects: list[dict[str, object]] = []
    for line in lines:
        try:
            objects.append(read_json(line, dict[str, object]))
        except msgspec.DecodeError:
            continue
    flat = [dict(flattened(value)) for value in objects]
    present = {plain_name(name): name for value in flat for name in value}
    for known in [*known_names(), *present]:
        name = present.get(known, "")
        fitting = sum(_holds(text) != "nothing" for value in flat if isinstance(text := value.get(name), str))
        if fitting and fitting * 2 >= len(flat):
            return name
    raise UsageError("feed-column-not-found")


def flattened(value: dict[str, object], prefix: str = "") -> list[tuple[str, object]]:
    """All leaves of nested objects under dotted names."""
    leaves: list[tuple[str, object]] = []
    for name, inner in value.items():
        if isinstance(inner, dict):
            leaves += flattened(inner, f"{prefix}{name}.")
        else:
            leaves.append((prefix + name, inner))
    return leaves
