"""Would a step count in the history of its request, and may this side name the grounds that it names?

    check_leaving(node, letter.register, letter.sender, Leaving(case, re, form, fields))     of every letter that leaves
    check_grounds(node, register, desk, request, fields)       the grounds that are not plainly open to this side
    try_step(words, request, Tried(form, fields, desk, now))   returns if it counts and lacks nothing

Invariants (docs/spec/requests.md, "History"):
- a step is tried on the history whichever door it leaves by (`line/sending.py`), again when it was cleared: what closes
  a ground may have been declared meanwhile; only a date below the least of the text is a matter of the doors of
  requests, which ask whether it is meant;
- what refers to no request that this desk has is none of this room's, nor what any case may hold, as a close.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from liaison.cooperation.history.folding import histories, roots_of
from liaison.cooperation.history.reading import ANSWER, asks, what_it_says
from liaison.cooperation.requests import Mark, Request, Word, stand
from liaison.cooperation.steps import STEPS
from liaison.errors import UsageError
from liaison.messages.parties import DeskRef
from liaison.node.node import Node
from liaison.node.reads.cooperation.grounds import ReservedGround, doubtful, reserved_grounds
from liaison.node.reads.cooperation.tied import tied_words
from liaison.node.unit_of_work import reading
from liaison.wire.canonical import JSON

NEEDS_GROUNDS = frozenset({"refused", "postponed"})
"""Decisions for which grounds are named."""
_TRIED = "tried"
_REFUSED: Mapping[Mark, str] = MappingProxyType(
    {
        Mark.TOO_LATE: "request-too-late",
        Mark.NO_GROUND: "request-ground-owed",
        Mark.NOT_CONSULTED: "request-consult-first",
        Mark.TOO_SHORT: "request-kept-too-short",
    }
)


@dataclass(frozen=True, slots=True)
class Leaving:
    """What a letter says, and the hash of the message it refers to."""

    case: str | None
    re: str | None
    form: str
    fields: Mapping[str, JSON]


@dataclass(frozen=True, slots=True)
class Tried:
    """A step that is not said yet: by which desk, when."""

    form: str
    fields: Mapping[str, JSON]
    by: DeskRef
    at: datetime


def check_leaving(node: Node, register: str, desk: DeskRef, letter: Leaving) -> None:
    """Return unless a letter takes a step of a request of this desk that would not count. Raises UsageError."""
    if letter.form not in STEPS or asks(letter.form) or letter.case is None:
        return
    with reading(node):
        words, _ = tied_words(register, desk, {letter.case})
    now, root = node.clock.now(), roots_of(words).get(letter.re or "")
    request = next((stand(each, now) for each in histories(words) if each.root == root), None)
    if request is None:
        return
    if letter.form == ANSWER:
        check_grounds(node, register, desk, request, letter.fields)
    try_step(words, request, Tried(letter.form, letter.fields, desk, now), meant=frozenset({Mark.TOO_SHORT}))


def check_grounds(
    node: Node, register: str, desk: DeskRef, request: Request, fields: Mapping[str, JSON]
) -> tuple[ReservedGround, ...]:
    """The grounds that are not plainly open, if the text of the request knows them all and none is closed to this side.

    Raises UsageError.
    """
    if fields.get("decision") not in NEEDS_GROUNDS:
        return ()
    given: Any = fields.get("grounds") or ()
    named = [each for each in given if isinstance(each, str)]  # The form refuses what is no list of codes.
    unknown = sorted(set(named) - request.demands.grounds)
    if request.demands.no_others and unknown:
        raise UsageError("request-ground-unknown", ground=unknown[0][:32])
    today = node.clock.now().date()
    unsure = doubtful(reserved_grounds(node, register, request, on=today, side=desk.participant), named)
    for each in unsure:
        if each.refuses:
            raise UsageError("request-ground-not-reserved", ground=each.ground, article=each.article)
    return unsure


def try_step(
    words: Iterable[Word], request: Request, tried: Tried, *, meant: frozenset[Mark] = frozenset[Mark]()
) -> None:
    """Return if the step counts among these words, with no mark but those that are `meant`. Raises UsageError."""
    word = Word(
        hash=_TRIED,
        message_id=_TRIED,
        case=request.case,
        form=tried.form,
        by=tried.by,
        to=(),
        at=tried.at,
        about=request.root,
        **what_it_says(tried.form, tried.fields),
    )
    after = next(each for each in histories([*words, word]) if each.root == request.root)
    for step in (step for step in after.steps if step.hash == _TRIED):
        for mark in step.marks:
            if mark in meant:
                continue
            if mark is Mark.NOT_THEIRS:
                raise UsageError("request-not-yours", event=step.event.value)
            if mark is Mark.OUT_OF_TURN:
                raise UsageError("request-no-such-step", state=request.state.value, event=step.event.value)
            raise UsageError(_REFUSED[mark])
