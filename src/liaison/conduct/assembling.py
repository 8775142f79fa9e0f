"""What would the report be if it were published as its draft stands?

    assemble("un-norms-2015", "9ab0…", 2026, answers, find)     Assembled(report, in_work, faults)

Invariants:
- only answers whose writers call them done stand in a report; the others are told, and nothing of them leaves;
- an answer that says nothing stands in no report, whatever its mark: no question is obligatory;
- a draft with a fault in a finished answer makes no report until it is put right.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from liaison.conduct.drafting import Mark
from liaison.conduct.reports import Answer, Report
from liaison.conduct.typed import Fault, Find, read_typed
from liaison.errors import UsageError


@dataclass(frozen=True, slots=True)
class Drafted:
    """What stands for a clause in a draft."""

    typed: Mapping[str, str]
    mark: Mark


@dataclass(frozen=True, slots=True)
class Assembled:
    """The report as far as its answers are done; `in_work` are the clauses whose answers are not."""

    report: Report
    in_work: tuple[str, ...]
    faults: Mapping[str, tuple[Fault, ...]]

    def readable(self) -> Report:
        """The report. Raises UsageError for one with faults, of which something would be left out."""
        for clause in self.faults:
            raise UsageError("report-draft-faults", clause=clause, number=len(self.faults))
        return self.report

    def complete(self) -> Report:
        """The report. Raises UsageError for one with faults, and for one that says nothing."""
        if not self.readable().answers:
            raise UsageError("report-draft-empty")
        return self.report


def assemble(
    instrument: str, participant: str, period: int, answers: Mapping[str, Drafted], find: Find, *, profile: str = ""
) -> Assembled:
    """The report of these answers; `find` makes an id of what names a participant."""
    found: list[Answer] = []
    faults: dict[str, tuple[Fault, ...]] = {}
    for clause, drafted in sorted(answers.items()):
        if drafted.mark is not Mark.DONE:
            continue
        read = read_typed(clause, drafted.typed, find)
        if read.faults:
            faults[clause] = read.faults
        elif not read.answer.is_empty:
            found.append(read.answer)
    report = Report(instrument, participant, period, tuple(found), profile or None)
    in_work = tuple(clause for clause, drafted in answers.items() if drafted.mark is Mark.WORK)
    return Assembled(report, in_work, faults)
