"""What changed from one report to another: from last year to this one, from one version to the next?

    for change in difference(before, after):      in the order of the clauses; what stayed the same is left out
        change.kind                               added · removed · changed
        change.lists["measures"].added            the measures that are new; a measure that was edited is one removed
        change.audience                           ("participants", "public"), or None where it stayed

Invariant: what is compared is what was said, never how much of it: there is no figure in a difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from liaison.conduct.reports import Answer, Help, Measure, Obstacle, Report

LISTS = ("measures", "obstacles", "help_sought", "help_offered")

Item = Measure | Obstacle | Help


class ChangeKind(StrEnum):
    """What became of an answer."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class ListChange:
    """What came into one list of an answer, what went, and what stayed."""

    added: tuple[Item, ...]
    removed: tuple[Item, ...]
    kept: tuple[Item, ...]

    @property
    def is_any(self) -> bool:
        """Whether anything came or went."""
        return bool(self.added or self.removed)


@dataclass(frozen=True, slots=True)
class Change:
    """The change of one answer; `lists` has all four."""

    clause: str
    kind: ChangeKind
    before: Answer | None
    after: Answer | None
    lists: Mapping[str, ListChange]
    audience: tuple[str, str] | None


def difference(before: Report | None, after: Report | None) -> tuple[Change, ...]:
    """The answers that came, went or changed; None is no report at all."""
    old = {each.clause: each for each in before.answers} if before is not None else {}
    new = {each.clause: each for each in after.answers} if after is not None else {}
    return tuple(
        _change(clause, old.get(clause), new.get(clause))
        for clause in sorted(old.keys() | new.keys())
        if old.get(clause) != new.get(clause)
    )


def _change(clause: str, before: Answer | None, after: Answer | None) -> Change:
    kind = ChangeKind.ADDED if before is None else ChangeKind.REMOVED if after is None else ChangeKind.CHANGED
    lists = {name: _lists(_items(before, name), _items(after, name)) for name in LISTS}
    audience = None
    if before is not None and after is not None and before.audience != after.audience:
        audience = before.audience, after.audience
    return Change(clause, kind, before, after, lists, audience)


def _items(answer: Answer | None, name: str) -> tuple[Item, ...]:
    return () if answer is None else tuple(getattr(answer, name))


def _lists(before: tuple[Item, ...], after: tuple[Item, ...]) -> ListChange:
    """Each item of one side is matched with one equal item of the other, so that doubles are counted."""
    rest = list(before)
    added, kept = [], []
    for item in after:
        if item in rest:
            rest.remove(item)
            kept.append(item)
        else:
            added.append(item)
    return ListChange(tuple(added), tuple(rest), tuple(kept))
