"""Does a second person look at a message before it leaves, after it left, or not at all?

    rule = find_rule(rules, form="incident-notice", urgency="urgent")      the most particular one; None without any
    cleared_at_once(rule, form=…, urgency=…, alone=False)                  why it may leave now; None: it waits

Invariants:
- An acknowledgement never waits, whatever the rules say; nor does what passes between desks of the own participant, or
  that one of them goes on with a case, which is said in codes alone.
- Of several rules the one that names the form counts before the one that names the urgency, both before either.
- One person can always send an urgent technical notice alone; it is marked `sent-alone` and looked at the next day.
- Who wrote a message does not clear it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from liaison.errors import UsageError

INSIDE = frozenset({"internal-share", "internal-clearance", "internal-answer"})
EXERCISE = frozenset({"exercise-control", "exercise-inject"})
"""Cleared with the plan of the exercise, which somebody made and looked at before anything of it was sent."""
NEVER_WAITS = frozenset({"acknowledgement", "continuation"}) | INSIDE | EXERCISE
TECHNICAL_NOTICES = frozenset({"incident-notice"})
CANNOT_WAIT = frozenset({"urgent", "emergency"})
REVIEWED_WITHIN = timedelta(days=1)
SHORTEST, LONGEST = timedelta(minutes=5), timedelta(days=14)


class Demand(StrEnum):
    """What a desk asks for before a message leaves."""

    NOBODY = "nobody"
    INFORM = "inform"
    NEEDED = "needed"


class Silence(StrEnum):
    """What it means that nobody decided by the deadline."""

    PASSES = "passes"
    RETURNS = "returns"


class Cleared(StrEnum):
    """Why a message was allowed to leave."""

    NOT_ASKED = "no-clearance-asked"
    INFORMED = "approvers-informed"
    APPROVED = "approved"
    SILENCE = "silence-passed"
    ALONE = "sent-alone"


# What left without a second person's word is looked at by one afterwards.
LOOKED_AT_LATER = frozenset({Cleared.INFORMED, Cleared.SILENCE, Cleared.ALONE})


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a desk's table; an empty form or urgency stands for any."""

    form: str
    urgency: str
    demand: Demand
    within: timedelta = timedelta(0)
    silence: Silence = Silence.RETURNS

    @property
    def within_minutes(self) -> int:
        """How long a second person has, in minutes."""
        return int(self.within.total_seconds() // 60)

    def fits(self, form: str, urgency: str) -> bool:
        """Whether it speaks of such a message."""
        return self.form in ("", form) and self.urgency in ("", urgency)


def check_rule(rule: Rule) -> None:
    """Return if a desk may have this rule. Raises UsageError."""
    if rule.form in NEVER_WAITS:
        raise UsageError("clearance-never-asked", form=rule.form)
    if rule.demand is Demand.NEEDED and not SHORTEST <= rule.within <= LONGEST:
        raise UsageError("clearance-deadline", shortest=5, longest=LONGEST.days)


def find_rule(rules: Iterable[Rule], *, form: str, urgency: str) -> Rule | None:
    """The rule that counts for such a message."""
    if form in NEVER_WAITS:
        return None
    fitting = [rule for rule in rules if rule.fits(form, urgency)]
    return max(fitting, key=lambda rule: (rule.form != "", rule.urgency != ""), default=None)


def may_send_alone(form: str, urgency: str) -> bool:
    """Whether the officer on shift may send such a message without waiting for anybody."""
    return form in TECHNICAL_NOTICES and urgency in CANNOT_WAIT


def cleared_at_once(rule: Rule | None, *, form: str, urgency: str, alone: bool) -> Cleared | None:
    """Why a message may leave now; None when a second person has to clear it. Raises UsageError."""
    demand = rule.demand if rule is not None else Demand.NOBODY
    if demand is Demand.NOBODY:
        return Cleared.NOT_ASKED
    if demand is Demand.INFORM:
        return Cleared.INFORMED
    if not alone:
        return None
    if not may_send_alone(form, urgency):
        raise UsageError("clearance-not-alone", form=form, urgency=urgency)
    return Cleared.ALONE


def check_second_person(officer: int, authors: Collection[int]) -> None:
    """Return if this officer did not write it. Raises UsageError."""
    if officer in authors:
        raise UsageError("clearance-own")
