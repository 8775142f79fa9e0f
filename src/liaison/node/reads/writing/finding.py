"""Who answers for what an officer typed: one resource, a code, a name, or a list of resources?

    route_text(node, register, "192.0.2.7")      Routed(answer=…, entry=…)
    route_list(node, register, lines)            groups by desk, what could not be routed with the reason
    by_code(node, register, "XD")                every desk that answers for the code, whatever its kind
    by_words(node, register, "duty xd")          desks and contacts of the address book that bear these words

Invariants: rows in = rows grouped + rows refused + the heading of a table, which is named; a rehearsal is asked only
for desks of a rehearsal; groups stand by name, never by how many rows they have, because a list by size would read as a
ranking.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from liaison.errors import MalformedError
from liaison.messages.parties import DeskRef
from liaison.node.node import Node
from liaison.node.reads.register import directory, followed
from liaison.node.reads.routing import answer_all
from liaison.register.lookup import DeskEntry, Refusal
from liaison.register.vocabulary import DeskKind
from liaison.routing.addresses import parse_resource, spell_plainly
from liaison.routing.claims import Desk
from liaison.routing.route import Answer

_PARTED = re.compile(r"[\s,;\"'\u060c\u061b\u3001\uff0c\uff1b]+")
_BETWEEN_CELLS = re.compile(r"[,;\t]")
_NAME_OF_COLUMN = re.compile(r"[\s\"']*[^\W\d][^\d.:/]*")


@dataclass(frozen=True, slots=True)
class Routed:
    """One answer of routing, and the row of the register for its desk."""

    text: str
    answer: Answer
    entry: DeskEntry | None


@dataclass(slots=True)
class Group:
    """The rows of a list that one desk answers for."""

    desk: Desk
    entry: DeskEntry | None
    resources: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class RoutedList:
    """A whole list."""

    groups: tuple[Group, ...]
    refused: tuple[tuple[str, str], ...]
    """Of each row without a desk its text and the code of why."""
    rows: int
    heading: str
    """The first row, where it only names the columns of a table; empty for a list without one."""


@dataclass(frozen=True, slots=True)
class OfKind:
    """The desks of one kind for a code, or why nobody is the default."""

    kind: DeskKind
    desks: tuple[DeskEntry, ...]
    refusal: Refusal | None


def resource_in(line: str) -> str | None:
    """The first resource that a line of a list names: the line itself, else a part of it; None where there is none."""
    parts = [line.strip(), *(part for part in _PARTED.split(line) if part)]
    for part in parts:
        text = spell_plainly(part)
        try:
            parse_resource(text)
        except MalformedError:
            continue
        return text
    return None


def resources_in(line: str) -> list[str]:
    """Each part of a line of which every part names a resource; nothing of any other, as of a name in words."""
    parts = [part for part in _PARTED.split(line) if part]
    return parts if all(resource_in(part) is not None for part in parts) else []


def route_text(node: Node, register: str, text: str, *, kind: DeskKind = DeskKind.TECHNICAL) -> Routed:
    """Who answers for one resource."""
    (answer,) = answer_all(node, [text], kind=kind, rehearsal=followed(node, register).rehearsal)
    return Routed(text, answer, entry_of(node, answer.desk) if answer.desk else None)


def route_list(node: Node, register: str, lines: Iterable[str], *, kind: DeskKind = DeskKind.TECHNICAL) -> RoutedList:
    """Who answers for each row; empty rows and notes behind `#` are passed over, a resource named twice stands once."""
    rows = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    heading = _heading(rows)
    named = [(row, resource_in(row)) for row in rows[bool(heading) :]]
    texts = list(dict.fromkeys(text for _, text in named if text is not None))
    answers = answer_all(node, texts, kind=kind, rehearsal=followed(node, register).rehearsal)
    groups: dict[Desk, Group] = {}
    refused = [(row, "address-malformed") for row, text in named if text is None]
    for text, answer in zip(texts, answers, strict=True):
        if answer.desk is None:
            refused.append((text, answer.refusal or "code-unanswered"))
            continue
        if answer.desk not in groups:
            groups[answer.desk] = Group(answer.desk, entry_of(node, answer.desk))
        groups[answer.desk].resources.append(text)
    ordered = sorted(groups.values(), key=lambda group: (group.entry.name if group.entry else "", group.desk.desk))
    return RoutedList(tuple(ordered), tuple(refused), len(named), heading)


def _heading(rows: Sequence[str]) -> str:
    """The first row, if each of its cells is the name of a column, and the second one names something in as many."""
    if len(rows) < 2 or resource_in(rows[0]) is not None or resource_in(rows[1]) is None:
        return ""
    first, second = (_BETWEEN_CELLS.split(row) for row in rows[:2])
    return rows[0] if len(first) == len(second) and all(map(_NAME_OF_COLUMN.fullmatch, first)) else ""


def entry_of(node: Node, desk: Desk) -> DeskEntry | None:
    """The row of the register for a desk that routing named."""
    if not desk.register:
        return None
    found = directory(node, desk.register)
    if desk.participant is not None:
        return found.desk(desk.participant, desk.desk)
    return next((each for each in found.desks() if each.participant is None and each.desk == desk.desk), None)


def by_code(node: Node, register: str, code: str) -> list[OfKind]:
    """What the register says of a code, kind by kind; kinds nobody has are left out."""
    found = directory(node, register)
    answers = ((kind, found.answer(code, kind)) for kind in DeskKind)
    return [OfKind(kind, answer.desks, answer.refusal) for kind, answer in answers if answer.desks]


def by_words(node: Node, register: str, text: str) -> tuple[DeskEntry, ...]:
    """The desks that bear all of these words."""
    return directory(node, register).find(text)


def ref_of(desk: Desk) -> DeskRef:
    """The desk as messages name it; for one that has a participant and a node."""
    return DeskRef(desk.participant or "", desk.node or "", desk.desk)
