"""Which practices did participants choose to share, and which of them speak of these words?

    find_practices(practices, "disclosure un-norms-2015")      those in which every word stands

Invariants: only answers that all participants or everybody may see, since what was told to a few is no catalogue's; the
order is that of norms, participants and years; nothing is counted or graded.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from liaison.conduct.reports import PARTICIPANTS, PUBLIC, Evidence, MeasureKind, Report, Texts
from liaison.messages.forms.checking import Norm


@dataclass(frozen=True)
class Practice:
    """How a participant does what a norm asks, in its own words; `name` is what people call the participant."""

    participant: str
    name: str
    norm: Norm
    year: int
    text: Texts
    evidence: tuple[Evidence, ...]
    public: bool

    @functools.cached_property
    def searched(self) -> str:
        """All words it can be found by."""
        words = [each.text for each in self.text]
        words += [part for each in self.evidence for part in (each.address, each.title) if part]
        return " ".join((*words, self.name, self.norm.instrument, self.norm.clause, str(self.year))).casefold()


def practices_in(report: Report, name: str) -> Iterator[Practice]:
    """The practices that a report shares with all participants, clause by clause."""
    for answer in report.answers:
        if answer.audience not in (PARTICIPANTS, PUBLIC):
            continue
        norm, public = Norm(report.instrument, answer.clause), answer.audience == PUBLIC
        for each in answer.measures:
            if each.kind is MeasureKind.PRACTICE:
                yield Practice(report.participant, name, norm, report.period, each.text, each.evidence, public)


def in_order(practices: Iterable[Practice]) -> tuple[Practice, ...]:
    """By norm, then by participant and year."""
    return tuple(sorted(practices, key=lambda each: (each.norm, each.name, each.participant, -each.year)))


def find_practices(practices: Iterable[Practice], words: str) -> tuple[Practice, ...]:
    """Those in which every word stands; all of them for no word."""
    wanted = words.casefold().split()
    return tuple(each for each in practices if all(word in each.searched for word in wanted))
