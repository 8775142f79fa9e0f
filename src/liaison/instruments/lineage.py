"""Which clauses of other texts ask for the same as this one, for less or for more?

    relatives(load_instruments(), "gcsc-2019", "norm-8")
    (Relative(Kin.NARROWER, "paris-call-2018", "principle-8"), …)      the other one is narrower than norm 8

Invariants (docs/spec/instruments.md):
- a link stands once, in the file of either side; the other direction is computed, so that the two never disagree;
- it compares what is asked, in our judgement: it is no legal statement, and no part of a text's hash.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from liaison.errors import MalformedError
from liaison.instruments.texts import Instrument, Kin

MIRRORED: Mapping[Kin, Kin] = {
    Kin.SAME: Kin.SAME,
    Kin.NARROWER: Kin.WIDER,
    Kin.WIDER: Kin.NARROWER,
    Kin.OVERLAPPING: Kin.OVERLAPPING,
}


@dataclass(frozen=True, slots=True)
class Relative:
    """A clause elsewhere, and how its duty compares with the one asked about."""

    kin: Kin
    instrument: str
    clause: str


@dataclass(frozen=True, slots=True)
class _Link:
    """That the clause at `place` is `kin` to the clause at `other`, as its file says."""

    place: tuple[str, str]
    kin: Kin
    other: tuple[str, str]


def relatives(instruments: Mapping[str, Instrument], instrument: str, clause: str) -> tuple[Relative, ...]:
    """The clauses of other texts that a clause is related to: the same duty first, then narrower and wider ones."""
    return all_relatives(instruments).get((instrument, clause), ())


def all_relatives(instruments: Mapping[str, Instrument]) -> dict[tuple[str, str], tuple[Relative, ...]]:
    """The same for every clause that has any, by instrument and clause, in one pass over the texts."""
    found: dict[tuple[str, str], list[Relative]] = {}
    for link in _links(instruments):
        found.setdefault(link.place, []).append(Relative(MIRRORED[link.kin], *link.other))
        found.setdefault(link.other, []).append(Relative(link.kin, *link.place))
    order = list(Kin)
    return {
        place: tuple(sorted(kin, key=lambda each: (order.index(each.kin), each.instrument, each.clause)))
        for place, kin in found.items()
    }


def check_lineage(instruments: Mapping[str, Instrument]) -> None:
    """Every link leads to a clause of another text and stands once. Raises MalformedError with its place."""
    seen: set[frozenset[tuple[str, str]]] = set()
    for link in _links(instruments):
        text = instruments.get(link.other[0])
        both = frozenset((link.place, link.other))
        if text is None or link.other[1] not in text.clauses or link.place[0] == link.other[0] or both in seen:
            place = f"clauses.{link.place[1]}.lineage.{'/'.join(link.other)}"
            raise MalformedError("instrument-inconsistent", instrument=link.place[0], place=place)
        seen.add(both)


def _links(instruments: Mapping[str, Instrument]) -> Iterator[_Link]:
    for text in instruments.values():
        for name, clause in text.clauses.items():
            for place, kin in clause.lineage.items():
                there, _, other = place.partition("/")
                yield _Link((text.id, name), kin, (there, other))
