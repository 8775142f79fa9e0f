"""What is told after an exercise? Counts by what became of each expectation, and how long it took.

    report = after_action(judged)
    report.whole            Tally(in_time=9, late=2, missed=1, excused=0, open=0), half within 6 min
    report.by_act["told"]   the same for one kind of act
    report.by_inject[…]     … for one event      (no table by desk: it would be read as a ranking)

Invariant: what is open or excused counts for nobody and against nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from liaison.duty.exercises.course import Judged, Outcome

IN_ORDER = (Outcome.IN_TIME, Outcome.LATE, Outcome.MISSED, Outcome.EXCUSED, Outcome.OPEN)


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of some expectations; `half` is within how long half of what was done was done."""

    counts: Mapping[Outcome, int]
    half: timedelta | None
    longest: timedelta | None

    @property
    def expected(self) -> int:
        """How many there were."""
        return sum(self.counts.values())

    @property
    def in_order(self) -> tuple[int, ...]:
        """The counts as a table has them."""
        return tuple(self.counts[each] for each in IN_ORDER)


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of an exercise."""

    whole: Tally
    by_act: Mapping[str, Tally]
    by_inject: Mapping[str, Tally]


def after_action(judged: Sequence[Judged]) -> Report:
    """The figures of what was judged."""
    return Report(
        _tally(judged),
        _grouped(judged, lambda each: each.expected.action.value),
        _grouped(judged, lambda each: each.inject),
    )


def _grouped(judged: Iterable[Judged], name: Callable[[Judged], str]) -> dict[str, Tally]:
    groups: dict[str, list[Judged]] = {}
    for each in judged:
        groups.setdefault(name(each), []).append(each)
    return {key: _tally(group) for key, group in groups.items()}


def _tally(judged: Sequence[Judged]) -> Tally:
    counts = Counter(each.outcome for each in judged)
    took = [each.took.total_seconds() for each in judged if each.took is not None]
    half, longest = (timedelta(seconds=find(took)) if took else None for find in (median, max))
    return Tally({each: counts[each] for each in Outcome}, half, longest)
