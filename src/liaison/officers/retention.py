"""How long is a case kept at a desk, and what happens to it then?

    rule = find_rule(rules, form="incident-notice", markings={"RESTRICTED"})
    next_step(rule, silent_for=timedelta(days=400), …)           Step.CLOSE, ARCHIVE, DESTROY or None

Invariants:
- Without a rule nothing happens. Days count from the last word in the case, whoever said it.
- Of the rules that fit one marking the most particular counts; where a case bears several markings, the rule that
  keeps it longest.
- Only what is closed is archived; only what was archived is destroyed, while no hold and no clock stands against it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from liaison.errors import UsageError

MOST_DAYS = 36_500
FOR_EVER = timedelta.max


class Step(StrEnum):
    """What is done to a case nobody spoke in."""

    CLOSE = "close"
    ARCHIVE = "archive"
    DESTROY = "destroy"


class Obstacle(StrEnum):
    """What stands against destroying a case."""

    HOLD = "hold"
    OWED = "owed"
    CLOCK = "clock"
    FOLLOW_UP = "follow-up"
    DELIVERY = "delivery"
    CLEARANCE = "clearance"
    SHARED = "shared"


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a desk's table: days without a word until each step; None for never."""

    form: str
    marking: str
    close_days: int | None = None
    archive_days: int | None = None
    destroy_days: int | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """How a case stands for retention."""

    silent_for: timedelta
    closed: bool
    archived: bool


def check_rule(rule: Rule) -> None:
    """Return if the days are in order: close, then archive, then destroy. Raises UsageError."""
    days = [each for each in (rule.close_days, rule.archive_days, rule.destroy_days) if each is not None]
    if any(not 1 <= each <= MOST_DAYS for each in days) or days != sorted(days):
        raise UsageError("retention-days", most=MOST_DAYS)
    if rule.destroy_days is not None and rule.archive_days is None:
        raise UsageError("retention-archive-first")


def find_rule(rules: Iterable[Rule], *, form: str, markings: Collection[str]) -> Rule | None:
    """The rule that counts for a case; the longest of those of its markings."""
    known = list(rules)
    found = [_for_marking(known, form, marking) for marking in markings or {""}]
    return max(found, key=_kept_for) if found else None


def _for_marking(rules: Iterable[Rule], form: str, marking: str) -> Rule | None:
    fitting = [rule for rule in rules if rule.form in ("", form) and rule.marking in ("", marking)]
    return max(fitting, key=lambda rule: (rule.marking != "", rule.form != ""), default=None)


def _kept_for(rule: Rule | None) -> timedelta:
    if rule is None or rule.destroy_days is None:
        return FOR_EVER
    return timedelta(days=rule.destroy_days)


def next_step(rule: Rule | None, kept: Kept) -> Step | None:
    """What is due now: the next of the three steps whose days have passed."""
    if rule is None:
        return None
    if not kept.closed:
        return Step.CLOSE if _passed(rule.close_days, kept) else None
    if not kept.archived:
        return Step.ARCHIVE if _passed(rule.archive_days, kept) else None
    return Step.DESTROY if _passed(rule.destroy_days, kept) else None


def furthest_step(rule: Rule | None, kept: Kept) -> Step | None:
    """What the case will have come to by then, when every step is taken in its turn."""
    found = None
    while (step := next_step(rule, kept)) is not None and step is not found:
        found = step
        kept = replace(kept, closed=True, archived=step is not Step.CLOSE)
    return found


def _passed(days: int | None, kept: Kept) -> bool:
    return days is not None and kept.silent_for >= timedelta(days=days)
