"""How did the cases of a desk go that had to do with a norm? For the desk itself, and for nobody else.

    found = own_cases(node, register, desk, reader=reader)
    found.figures        a norm a line: how many cases, how many open, how they ended, how long that took
    found.rows           the cases with their norms, the latest first

Invariants: only cases of the desk, and only those whose contents the reader may see; exercises are left out of the
figures and counted as left out; nothing of it is ever sent or published.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from liaison.messages.forms.checking import Norm
from liaison.messages.parties import DeskRef
from liaison.node.models import Case, CitedNorm
from liaison.node.node import Node
from liaison.node.reads.desk.listing import CaseRow, Reader, read_rows
from liaison.node.reads.desk.year import Spread, spread
from liaison.node.reads.inside.rules import columns
from liaison.node.unit_of_work import reading

MOST = 2000


@dataclass(frozen=True, slots=True)
class Cited:
    """A norm of a case; `said` that a message of the case cites it, else the desk noted it for itself."""

    norm: Norm
    said: bool


@dataclass(frozen=True, slots=True)
class CaseWithNorms:
    """A case and the norms it has to do with."""

    row: CaseRow
    cited: tuple[Cited, ...]


@dataclass(frozen=True, slots=True)
class NormFigures:
    """How the cases of one norm went; `outcomes` by code with their count, "" for what was closed without one."""

    norm: Norm
    cases: int
    open: int
    outcomes: tuple[tuple[str, int], ...]
    acknowledged: Spread
    closed: Spread


@dataclass(frozen=True, slots=True)
class OwnCases:
    """The cases of a desk that have to do with norms, and their figures; `exercises` were left out of these."""

    rows: tuple[CaseWithNorms, ...]
    figures: tuple[NormFigures, ...]
    exercises: int


def norms_of_case(node: Node, register: str, desk: DeskRef, case: str, *, reader: Reader) -> tuple[Cited, ...]:
    """The norms that a case of the desk has to do with; none where the reader may not see what it says."""
    if not reader.may(case):
        return ()
    with reading(node):
        return _cited(register, desk, [case]).get(case, ())


def own_cases(node: Node, register: str, desk: DeskRef, *, reader: Reader) -> OwnCases:
    """The latest cases with a norm, and how they went."""
    with reading(node):
        place = columns(register, desk)
        named = CitedNorm.objects.filter(**place).values("case")
        kept = Case.objects.filter(**place, case__in=named, destroyed_at=None).order_by("-last_at", "-pk")
        found = [each for each in read_rows(kept[:MOST], desk, reader=reader).values() if reader.may(each.case)]
        cited = _cited(register, desk, [each.case for each in found])
    rows = tuple(CaseWithNorms(each, cited[each.case]) for each in found if each.case in cited)
    real = [each for each in rows if not each.row.exercise]
    return OwnCases(rows, tuple(_figures(real)), len(rows) - len(real))


def _cited(register: str, desk: DeskRef, cases: list[str]) -> dict[str, tuple[Cited, ...]]:
    rows = CitedNorm.objects.filter(**columns(register, desk), case__in=cases)
    found: defaultdict[str, list[Cited]] = defaultdict(list)
    for case, instrument, clause, said in rows.values_list("case", "instrument", "clause", "said"):
        found[case].append(Cited(Norm(instrument, clause), said))
    return {case: tuple(sorted(each, key=lambda one: one.norm)) for case, each in found.items()}


def _figures(rows: Iterable[CaseWithNorms]) -> Iterator[NormFigures]:
    """In the order of the norms, whose numbers say nothing about anybody but this desk."""
    by_norm: defaultdict[Norm, list[CaseRow]] = defaultdict(list)
    for each in rows:
        for cited in each.cited:
            by_norm[cited.norm].append(each.row)
    for norm in sorted(by_norm):
        cases = by_norm[norm]
        outcomes = Counter(each.outcome for each in cases if each.closed_at is not None)
        yield NormFigures(
            norm=norm,
            cases=len(cases),
            open=sum(each.closed_at is None for each in cases),
            outcomes=tuple(sorted(outcomes.items())),
            acknowledged=spread(_took(each, "acknowledged_at") for each in cases),
            closed=spread(_took(each, "closed_at") for each in cases),
        )


def _took(row: CaseRow, until: str) -> float | None:
    """Seconds from the beginning of a case."""
    at = getattr(row, until)
    return max(0.0, (at - row.opened_at).total_seconds()) if at is not None else None
