"""How does a case stand for one of its desks: whose turn is it, until when, and is it closed?

    standing = None
    for said in in_the_order_they_came:       Word(core, fields, ours=False, at=…)
        standing = after(standing, said)

    they send a notice that asks for an answer      turn "us", due when they wanted it
    we acknowledge and say when to expect more      turn "us", due at the earlier of both
    we answer                                       turn "them"
    we close                                        turn "nobody", closed

Invariants: the standing is a fold over what was said and depends on nothing else, so it can be made again from the
messages; an acknowledgement is no answer; only codes, times and the sender's reference are taken over, never free text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from liaison.messages.case import ACKNOWLEDGEMENT, CLOSE
from liaison.messages.message import Core
from liaison.wire.canonical import JSON
from liaison.wire.identifiers import parse_instant

INCIDENT = "incident-notice"
FOR_INFORMATION = "for-information"


class Turn(StrEnum):
    """Who is expected to say the next word."""

    US = "us"
    THEM = "them"
    NOBODY = "nobody"


# Forms after which nobody waits, and forms that leave the turn where it is; after all others the listener has it.
ENDING = frozenset({CLOSE, "withdrawal", "false-positive", "no-longer-needed", "request-withdrawal"})
BESIDE = frozenset({ACKNOWLEDGEMENT, "correction", "call-note", "exercise-control", "status-query", "status-answer"})
INSIDE = frozenset({"internal-share", "internal-clearance", "internal-answer"})
EVIDENCE = frozenset({"evidence-handover", "onward-answer", "destruction-record"})
# Nobody owes consent, and nobody is hurried to it.
MEASURED = frozenset({"conformance-review", "conformance-consent"})
HEARD_IS_ENOUGH = (
    frozenset(
        {
            "line-test",
            "introduction",
            "resource-report",
            "report-answer",
            "continuation",
            "spontaneous-information",
            "help-outcome",
        }
    )
    | INSIDE
    | EVIDENCE
    | MEASURED
)
REQUEST_ANSWER = "request-answer"


@dataclass(frozen=True, slots=True)
class Word:
    """One message as it counts for a desk: said by the desk itself or to it, and when by the clock of its node."""

    core: Core
    fields: Mapping[str, JSON]
    ours: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """What lists and figures need of a case; `ours` says that this desk opened it, `acknowledged_at` when the other
    side first said that a person had seen something of it."""

    form: str
    urgency: str
    ours: bool
    incident_type: str = ""
    severity: int | None = None
    reference: str = ""
    turn: Turn = Turn.NOBODY
    turn_since: datetime | None = None
    due: datetime | None = None
    acknowledged_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: str = ""


def after(before: Standing | None, word: Word) -> Standing:
    """The standing once `word` was said."""
    core = word.core
    now = before if before is not None else Standing(core.form, core.urgency, word.ours)
    if core.form == ACKNOWLEDGEMENT:
        return _heard(now, word)
    now = replace(now, urgency=core.urgency, **_codes(now, word.fields))
    if core.form == CLOSE and word.ours:
        outcome = word.fields.get("outcome")
        now = replace(now, closed_at=word.at, outcome=outcome if isinstance(outcome, str) else "")
    elif word.ours or core.form not in ENDING:
        now = replace(now, closed_at=None, outcome="")
    return _passed_on(now, word)


def _passed_on(now: Standing, word: Word) -> Standing:
    """Give the turn to whoever has it after this word."""
    form = word.core.form
    if form in BESIDE or (form == REQUEST_ANSWER and word.fields.get("last") is not True):
        return now
    if form in ENDING or form in HEARD_IS_ENOUGH or form == REQUEST_ANSWER or _only_tells(word):
        return replace(now, turn=Turn.NOBODY, turn_since=word.at, due=None)
    turn = Turn.THEM if word.ours else Turn.US
    # A reminder leaves the clock that is running; an answer that promises more names the next one.
    due = _instant(word.core.wanted_by) or (now.due if now.turn == turn else None)
    since = now.turn_since if now.turn == turn else word.at
    return replace(now, turn=turn, turn_since=since, due=due)


def _only_tells(word: Word) -> bool:
    """A notice for information, to which no answer was wanted."""
    told = word.fields.get("expectation") == FOR_INFORMATION
    return word.core.form == INCIDENT and told and word.core.wanted_by is None


def _heard(now: Standing, word: Word) -> Standing:
    """An acknowledgement: when it was first heard, and what its desk promised."""
    if now.ours != word.ours and now.acknowledged_at is None:
        now = replace(now, acknowledged_at=word.at)
    promised = _instant(word.fields.get("answer_expected"))
    speaker = Turn.US if word.ours else Turn.THEM
    if promised is None or now.turn != speaker:
        return now
    # Of ours the earlier counts, because both were said; theirs is what they promised last.
    due = min(promised, now.due) if word.ours and now.due is not None else promised
    return replace(now, due=due)


def _codes(now: Standing, fields: Mapping[str, JSON]) -> dict[str, Any]:
    """What a later word says anew: type, severity and reference."""
    found: dict[str, Any] = {}
    kind, severity, reference = fields.get("incident_type"), fields.get("severity"), fields.get("own_reference")
    if isinstance(kind, str):
        found["incident_type"] = kind
    if isinstance(severity, Mapping) and isinstance(severity.get("common"), int):
        found["severity"] = severity["common"]
    if isinstance(reference, str) and not now.reference:
        found["reference"] = reference
    return found


def _instant(text: JSON) -> datetime | None:
    return parse_instant(text) if isinstance(text, str) else None
