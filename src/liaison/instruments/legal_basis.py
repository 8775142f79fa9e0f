"""Which instruments bind both sides on a day, article by article, and what does each of them demand?

    legal_basis(load_instruments(), positions, ours="XC", theirs="XD", on=date(2026, 11, 26))
    (Basis("budapest-2001", BINDING, ("art-23", …), (Demand("written-form", "art-25"), …), …),
     Basis("un-cybercrime-2024", COURTESY, …, reason=Reason.NOT_IN_FORCE), Basis("reciprocity", COURTESY, …))

Invariants (docs/spec/instruments.md):
- what binds comes first, then what is applied provisionally, then what can be chosen only as a courtesy; each of the
  latter says why it does not bind;
- a reservation works both ways: what one side took out, neither can invoke against the other;
- what only one side demands carries its name, what the text demands carries none;
- nobody's right is judged here: whether a reservation was allowed or came in time, the depositary and the parties say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from liaison.errors import UsageError
from liaison.instruments.positions import (
    Positions,
    Standing,
    Statement,
    Status,
    entry_into_force,
    is_open_to,
    standing,
)
from liaison.instruments.texts import Instrument, Reservations, Role, TextKind
from liaison.register.vocabulary import Act


class BasisKind(StrEnum):
    """How an instrument can carry a request."""

    BINDING = "binding"
    PROVISIONAL = "provisional"
    COURTESY = "courtesy"


class Reason(StrEnum):
    """Why a basis is no more than a courtesy."""

    PRACTICE = "practice"
    NOT_IN_FORCE = "not-in-force"
    OURS_NOT_BOUND = "ours-not-bound"
    THEIRS_NOT_BOUND = "theirs-not-bound"
    NEITHER_BOUND = "neither-bound"
    OBJECTION = "objection"
    PARENT = "parent"
    """The text this one adds to does not bind the two."""
    RESERVED = "reserved"
    """Reservations left no clause a request could rest on."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What a request must heed: a code, the clause it comes from, and which side demands it ("" : the text)."""

    code: str
    clause: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Excluded:
    """A clause that does not apply between the two, by whose reservation and which part of the text."""

    clause: str
    by: str
    through: str


@dataclass(frozen=True, slots=True)
class Basis:
    """One instrument between two sides on a day."""

    instrument: str
    kind: BasisKind
    clauses: tuple[str, ...]
    demands: tuple[Demand, ...]
    excluded: tuple[Excluded, ...] = ()
    reason: Reason | None = None
    since: date | None = None
    """From when it binds both, where it does."""
    ends: date | None = None
    """When a withdrawal that was notified ends it."""


_ORDER = {kind: place for place, kind in enumerate(BasisKind)}


def legal_basis(
    instruments: Mapping[str, Instrument], positions: Positions, *, ours: str, theirs: str, on: date
) -> tuple[Basis, ...]:
    """Every instrument that can carry a request from `ours` to `theirs`. Raises UsageError for the same side twice."""
    if ours == theirs:
        raise UsageError("basis-same-side")
    pair = _Pair(instruments, positions, ours, theirs, on)
    found = [pair.basis(text) for text in instruments.values() if pair.fits(text)]
    return tuple(sorted(found, key=lambda basis: (_ORDER[basis.kind], basis.reason is Reason.PRACTICE)))


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two sides on a day."""

    instruments: Mapping[str, Instrument]
    positions: Positions
    ours: str
    theirs: str
    on: date

    def fits(self, text: Instrument) -> bool:
        """Whether the text can concern the two at all."""
        if text.kind in (TextKind.TEMPLATE, TextKind.CONDUCT):
            return False
        return all(is_open_to(text, self.positions, party) for party in (self.ours, self.theirs))

    def stand(self, text: Instrument) -> tuple[Standing, Standing]:
        """How each of them stands to it."""
        sides = (self.ours, self.theirs)
        first, second = (standing(text, self.positions, party, on=self.on) for party in sides)
        return first, second

    def basis(self, text: Instrument) -> Basis:
        """What the text is between them."""
        standings = self.stand(text)
        if text.kind is TextKind.PRACTICE:
            return self._made(text, standings, BasisKind.COURTESY, Reason.PRACTICE)
        kind, reason = self._kind(text, standings)
        made = self._made(text, standings, kind, reason)
        if kind is not BasisKind.COURTESY and not made.clauses:
            return self._made(text, standings, BasisKind.COURTESY, Reason.RESERVED)
        return made

    def _kind(self, text: Instrument, standings: tuple[Standing, Standing]) -> tuple[BasisKind, Reason | None]:
        held = [each.status for each in standings]
        if not all(status in (Status.PARTY, Status.PROVISIONAL) for status in held):
            return BasisKind.COURTESY, self._why(text, standings)
        if self._precluded(standings):
            return BasisKind.COURTESY, Reason.OBJECTION
        kind = BasisKind.BINDING if held == [Status.PARTY, Status.PARTY] else BasisKind.PROVISIONAL
        if text.requires is None:
            return kind, None
        parent = self.instruments[text.requires]
        above, _ = self._kind(parent, self.stand(parent))
        return (
            (BasisKind.COURTESY, Reason.PARENT)
            if above is BasisKind.COURTESY
            else (max(kind, above, key=_ORDER.__getitem__), None)
        )

    def _why(self, text: Instrument, standings: tuple[Standing, Standing]) -> Reason:
        entered = entry_into_force(text, self.positions, on=self.on)
        if entered is None or entered > self.on:
            return Reason.NOT_IN_FORCE
        ours, theirs = (each.status in (Status.PARTY, Status.PROVISIONAL) for each in standings)
        if not ours and not theirs:
            return Reason.NEITHER_BOUND
        return Reason.THEIRS_NOT_BOUND if ours else Reason.OURS_NOT_BOUND

    def _precluded(self, standings: tuple[Standing, Standing]) -> bool:
        return any(
            made.act is Act.OBJECTION_TO_ENTRY and made.about == other.party
            for one, other in (standings, standings[::-1])
            for made in one.objections
        )

    def _made(
        self, text: Instrument, standings: tuple[Standing, Standing], kind: BasisKind, reason: Reason | None
    ) -> Basis:
        bound = kind is not BasisKind.COURTESY
        excluded = tuple(_excluded(text, standings)) if bound else ()
        gone = {each.clause for each in excluded}
        clauses = tuple(name for name in text.cooperation() if name not in gone)
        demands = dict.fromkeys(_of_text(text, clauses))
        if bound:
            demands |= dict.fromkeys(_of_sides(text, standings, gone))
        else:
            demands = {Demand("courtesy-only", ""): None} | demands
        starts, ends = [each.since for each in standings if each.since], [each.ends for each in standings if each.ends]
        binds = kind is BasisKind.BINDING
        return Basis(
            text.id,
            kind,
            clauses,
            tuple(demands),
            excluded,
            reason,
            since=max(starts) if binds else None,
            ends=min(ends) if bound and ends else None,
        )


def _excluded(text: Instrument, standings: tuple[Standing, Standing]) -> Iterator[Excluded]:
    for each in standings:
        for made in each.reservations:
            for name in made.clauses:
                part = text.clauses.get(name)
                if part is not None and part.excludes and part.part_of is not None:
                    yield Excluded(part.part_of, each.party, name)


def _of_text(text: Instrument, clauses: tuple[str, ...]) -> Iterator[Demand]:
    for name, clause in text.clauses.items():
        if clause.role is Role.CONDITION or name in clauses:
            for code in clause.demands:
                yield Demand(code, name)


def _of_sides(text: Instrument, standings: tuple[Standing, Standing], gone: set[str]) -> Iterator[Demand]:
    for each, other in (standings, standings[::-1]):
        for made in (*each.reservations, *each.declarations):
            yield from _of_statement(text, made, gone)
        for objection in each.objections:
            if objection.about == other.party:
                for name in objection.clauses or ("",):
                    yield Demand("reservation-objected-to", name, each.party)


def _of_statement(text: Instrument, made: Statement, gone: set[str]) -> Iterator[Demand]:
    """What a reservation or declaration demands; where the text foresees none there, that it is to be read."""
    reserves = made.act is Act.RESERVATION
    for name in made.clauses or ("",):
        part = text.clauses.get(name)
        wanted = Role.RESERVATION if reserves else Role.DECLARATION
        if part is not None and part.role is wanted:
            if part.part_of not in gone and not part.excludes:
                for code in part.demands:
                    yield Demand(code, name, made.party)
        elif name not in gone:
            yield Demand(_to_be_read(text, reserves), name, made.party)


def _to_be_read(text: Instrument, reserves: bool) -> str:
    if not reserves:
        return "declaration-made"
    return "reservation-made" if text.reservations is Reservations.OPEN else "reservation-not-foreseen"
