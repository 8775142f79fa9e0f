"""What became of which rows of a report, as one field says it?

    [{"answer":"fixed","remark":null,"rows":[[1,200],[205,205]],"ticket":"RT#4711","to":null},
     {"answer":"not-ours","remark":null,"rows":[[201,204]],"ticket":null,"to":"AS64501"}]

Invariants (docs/spec/forms.md):
- rows are numbers of the report that the message refers to, as ranges that rise and neither touch nor overlap inside
  one group; no row stands in two groups, so one message never says two things of one row;
- only what is not ours names somebody else; what is not known is null;
- a range may be as long as it likes: nothing here costs more than the bytes it came in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated

import msgspec

from liaison.errors import MalformedError
from liaison.messages.forms.codes import code_list
from liaison.messages.forms.lines import fits_line
from liaison.messages.forms.strict import strictly
from liaison.wire.canonical import JSON

CODES = "row-answer"
NOT_OURS = "not-ours"
LONGEST = {"to": 100, "ticket": 60, "remark": 200}
HIGHEST = 99_999_999
MOST_GROUPS = 2000
Number = Annotated[int, msgspec.Meta(ge=1, le=HIGHEST)]


class RowAnswer(msgspec.Struct, frozen=True):
    """One answer for some rows; ranges are first and last number."""

    answer: str
    remark: str | None
    rows: tuple[tuple[Number, Number], ...]
    ticket: str | None
    to: str | None


@dataclass(frozen=True, slots=True)
class SaidOfRow:
    """What was said of one row."""

    answer: str
    to: str = ""
    ticket: str = ""
    remark: str = ""


def read_row_answers(value: JSON, *, most: int) -> tuple[RowAnswer, ...]:
    """At most so many groups. Raises MalformedError."""
    groups = strictly(value, tuple[RowAnswer, ...])
    if not 1 <= len(groups) <= most:
        raise MalformedError("row-answers-count", count=len(groups), limit=most)
    for each in groups:
        _check(each)
    spans = sorted(span for each in groups for span in each.rows)
    for before, after in pairwise(spans):
        if after[0] <= before[1]:
            raise MalformedError("row-answered-twice", row=after[0])
    return groups


def _check(group: RowAnswer) -> None:
    if group.answer not in code_list(CODES) or not group.rows:
        raise MalformedError("row-answer-unfit")
    if group.to is not None and group.answer != NOT_OURS:
        raise MalformedError("row-answer-unfit")
    for name, most in LONGEST.items():
        text = getattr(group, name)
        if text is not None and not fits_line(text, most):
            raise MalformedError("row-answer-unfit")
    if any(first > last for first, last in group.rows):
        raise MalformedError("row-answer-unfit")
    if any(after[0] <= before[1] + 1 for before, after in pairwise(group.rows)):
        raise MalformedError("row-answer-unfit")


def within(groups: Iterable[RowAnswer], rows: int) -> Iterator[tuple[RowAnswer, int, int]]:
    """The ranges that lie in a report of so many rows, cut at its end."""
    for each in groups:
        for first, last in each.rows:
            if first <= rows:
                yield each, first, min(last, rows)


def beyond(groups: Iterable[RowAnswer], rows: int) -> int:
    """How many of the numbers are of no row of such a report."""
    return sum(last - max(first, rows + 1) + 1 for each in groups for first, last in each.rows if last > rows)


def grouped(said: Iterable[tuple[int, SaidOfRow]]) -> tuple[RowAnswer, ...]:
    """The groups of single rows in rising order: what is said alike of neighbours becomes one range."""
    ranges: dict[SaidOfRow, list[tuple[int, int]]] = {}
    for number, each in said:
        spans = ranges.setdefault(each, [])
        if spans and spans[-1][1] == number - 1:
            spans[-1] = (spans[-1][0], number)
        else:
            spans.append((number, number))
    return tuple(_group(each, spans) for each, spans in ranges.items())


def _group(said: SaidOfRow, spans: Sequence[tuple[int, int]]) -> RowAnswer:
    return RowAnswer(said.answer, said.remark or None, tuple(spans), said.ticket or None, said.to or None)


def plain(groups: Iterable[RowAnswer]) -> JSON:
    """The field."""
    return [{**msgspec.structs.asdict(each), "rows": [list(span) for span in each.rows]} for each in groups]


def parcels(groups: Iterable[RowAnswer], most: int) -> Iterator[tuple[RowAnswer, ...]]:
    """The same in as many fields as need be, each of at most about `most` bytes and `MOST_GROUPS` groups."""
    waiting: list[RowAnswer] = []
    size = 0
    for each in _halved(groups, most // 24):
        cost = 24 * len(each.rows) + 110 + 4 * sum(len(getattr(each, name) or "") for name in LONGEST)
        if waiting and (size + cost > most or len(waiting) >= MOST_GROUPS):
            yield tuple(waiting)
            waiting, size = [], 0
        waiting.append(each)
        size += cost
    if waiting:
        yield tuple(waiting)


def _halved(groups: Iterable[RowAnswer], most: int) -> Iterator[RowAnswer]:
    for each in groups:
        for start in range(0, len(each.rows), most // 2):
            yield msgspec.structs.replace(each, rows=each.rows[start : start + most // 2])
