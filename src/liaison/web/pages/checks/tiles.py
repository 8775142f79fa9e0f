"""How does one contact centre stand in the picture of all, in words?

Invariants (docs/spec/checks.md): the secretariat reads whether node and person answered, without times and findings;
what a person must look at stands first and in words, never by colour alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from liaison.duty.checks.planned_work import Work
from liaison.duty.checks.results import Audience, Finding, NodeResult, Outcome, PersonResult, Told, findings, told
from liaison.messages.parties import DeskRef
from liaison.web.names import DeskName
from liaison.web.templatetags.spans import span
from liaison.web.words import code_word

LOOK_FIRST, WAIT, WELL, UNKNOWN = range(4)
SHORT = 16


@dataclass(frozen=True, slots=True)
class Tile:
    """One contact centre: the word for its node, what to look at there, and what came of asking a person."""

    name: DeskName
    key: str
    path: str
    rank: int
    node: str
    cautions: tuple[str, ...]
    asked: datetime | None
    planned: Work | None
    person: Told | None


def tile(
    desk: DeskRef,
    name: DeskName,
    results: Mapping[DeskRef, NodeResult],
    persons: Mapping[DeskRef, PersonResult],
    *,
    audience: Audience,
    planned: Work | None,
) -> Tile:
    """The tile of a desk as an audience may see it."""
    result, person = results.get(desk), persons.get(desk)
    own = audience is Audience.OWN
    return Tile(
        name=name,
        key=f"{desk.participant}/{desk.node}/{desk.desk}",
        path=f"{desk.participant[:SHORT]}/{desk.desk}/" if own else "",
        rank=_rank(result, own=own),
        node=_node_word(result, own=own),
        cautions=finding_words(result) if own and result is not None else (),
        asked=result.asked if own and result is not None else None,
        planned=planned,
        person=told(person, audience) if person is not None else None,
    )


def finding_words(result: NodeResult) -> tuple[str, ...]:
    """What to look at, with how much of it."""
    return tuple(_worded(result))


def _worded(result: NodeResult) -> Iterator[str]:
    age = (result.asked - result.key_made).total_seconds() if result.key_made is not None else 0.0
    words = {
        Finding.CLOCK_AHEAD: (gettext("Clock %(span)s ahead"), abs(result.skew or 0)),
        Finding.CLOCK_BEHIND: (gettext("Clock %(span)s behind"), abs(result.skew or 0)),
        Finding.WORKER_SILENT: (gettext("Worker silent for %(span)s: what it sends may come late"), result.worker or 0),
        Finding.KEY_OLD: (gettext("Sealing key not renewed for %(span)s"), age),
    }
    for finding in findings(result):
        text, seconds = words[finding]
        yield text % {"span": span(seconds)}


def _rank(result: NodeResult | None, *, own: bool) -> int:
    if result is None or result.excused or result.outcome is Outcome.NO_DOOR:
        return UNKNOWN
    if result.outcome is not Outcome.ANSWERED:
        return LOOK_FIRST
    return WAIT if own and not result.good else WELL


def _node_word(result: NodeResult | None, *, own: bool) -> str:
    if result is None:
        return gettext("Not checked yet")
    if result.excused:
        return gettext("Planned work")
    if own and result.outcome is Outcome.ANSWERED and not result.good:
        return gettext("Look at it")
    if own:
        return code_word("check-outcome", result.outcome.value)
    return gettext("Answered") if result.outcome is Outcome.ANSWERED else gettext("Did not answer")
