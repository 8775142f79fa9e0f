"""Which rows of a report did an officer name, and what did they say became of them?

    1-200, 205                     rows by their numbers
    1-200,205 fixed RT#4711        one line of answers: the rows, what became of them, the ticket
    201-204 not-ours AS64501       … or whose they are

Invariants: rows come out as rising ranges that do not touch; what cannot be read names no row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from liaison.messages.forms.row_answers import NOT_OURS
from liaison.web.forms.typed import MARKS
from liaison.wire.canonical import JSON

MOST_NUMBERS = 4000
_DASH = re.compile("\\s*[-\u2010-\u2015]\\s*")
_RANGE = re.compile(r"([0-9]{1,8})(?:-([0-9]{1,8}))?")
_PARTED = re.compile(rf"[{MARKS}\s]+")


def read_answers(text: str) -> list[JSON] | None:
    """The groups of answers, one a line; None where a line is none."""
    groups: list[JSON] = []
    for line in filter(str.strip, text.split("\n")):
        words = line.split(maxsplit=2)
        spans = read_ranges(words[0])
        if len(words) < 2 or not spans:
            return None
        rest = words[2] if len(words) > 2 else None
        to, ticket = (rest, None) if words[1] == NOT_OURS else (None, rest)
        rows: list[JSON] = [[first, last] for first, last in spans]
        groups.append({"answer": words[1], "remark": None, "rows": rows, "ticket": ticket, "to": to})
    return groups


def read_ranges(text: str) -> tuple[tuple[int, int], ...]:
    """The rows that a text names; none where a part of it is no number or range."""
    plain = _DASH.sub("-", text.strip())
    found = [_RANGE.fullmatch(part) for part in _PARTED.split(plain) if part]
    if not found or len(found) > MOST_NUMBERS or any(each is None for each in found):
        return ()
    spans = [(int(each[1]), int(each[2] or each[1])) for each in found if each is not None]
    return join_ranges(spans) if all(1 <= first <= last for first, last in spans) else ()


def join_ranges(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The same rows as rising ranges that do not touch."""
    joined: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return tuple(joined)
