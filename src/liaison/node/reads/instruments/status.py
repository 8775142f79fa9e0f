"""How does an instrument stand on a day, who is bound by it, and what can a request to another State rest on?

    list_instruments(node, register, on=day)          every instrument this node knows or the register carries
    instrument_status(node, register, id, on=day)     one, with the standing of every party that said anything about it
    basis_between(node, register, ours="…", theirs="XD", on=day)

Invariants: a day is an argument; what the register carries and this node has no data of is shown by its published
title and clauses, with no claim about force; where what was published and this node's data differ, it says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from msgspec import UNSET, UnsetType

from liaison.conduct.stands import Network
from liaison.errors import UsageError
from liaison.instruments.legal_basis import Basis, legal_basis
from liaison.instruments.positions import Standing, Status, count_consents, entry_into_force, standings
from liaison.instruments.stands import Known
from liaison.instruments.texts import ADOPTING, Instrument, TextKind, text_hash
from liaison.node.node import Node
from liaison.node.reads.instruments.known import (
    carried_instruments,
    known_instruments,
    known_positions,
    named_at_opening,
)
from liaison.register.bodies import InstrumentPublished
from liaison.register.vocabulary import Act, ParticipantType

_SIDE = re.compile(r"[0-9a-f]{64}|[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class InstrumentStatus:
    """One instrument on a day. `text` is None where this node has no data of it, `published` where the register
    does not carry it."""

    instrument: str
    on: date
    title: str
    text: Instrument | None
    published: InstrumentPublished | None
    at_opening: bool
    """Leaf 0 of the register names this text."""
    differs: bool
    """What the secretariat published is not what this node has data of."""
    entry: date | None
    """From when it is in force, as far as is known on that day; it may lie ahead."""
    consents: int
    parties: int
    standings: tuple[PartyStanding, ...] = ()

    @property
    def conduct(self) -> bool:
        """Whether it is a code of conduct; of a text without data here the acts tell, and one open to none is one."""
        if self.text is not None:
            return self.text.kind is TextKind.CONDUCT
        return self.published is not None and set(self.published.acts) <= ADOPTING

    @property
    def acts(self) -> tuple[Act, ...]:
        """What the register lets participants declare about it; where it does not carry it, what its data says."""
        if self.published is not None:
            return () if self.published.withdrawn else self.published.acts
        return self.text.acts if self.text is not None else ()

    @property
    def addressed(self) -> tuple[ParticipantType, ...]:
        """The types of participant it speaks to; nothing where nobody says."""
        if self.text is not None:
            return self.text.addressees()
        given = self.published.addressed if self.published is not None else UNSET
        return () if isinstance(given, UnsetType) else given

    def open_to(self, who: ParticipantType | None) -> tuple[Act, ...]:
        """What a participant of this type can declare about it in the register."""
        if self.published is None or (self.addressed and who not in self.addressed):
            return ()
        return self.acts

    @property
    def in_force(self) -> bool:
        """Whether it is in force on the day."""
        return self.entry is not None and self.entry <= self.on


@dataclass(frozen=True, slots=True)
class PartyStanding:
    """A party with the name people call it by."""

    name: str
    codes: tuple[str, ...]
    standing: Standing
    sources: tuple[str, ...]
    """Whose word it is: entries of the register, or a list with its day."""
    networks: tuple[Network, ...] = ()
    """For which it adopts a code, and whether it claims each in the register."""


@dataclass(frozen=True, slots=True)
class BasisShown:
    """One basis with the text it is about."""

    basis: Basis
    text: Instrument


@dataclass(frozen=True, slots=True)
class Between:
    """What can carry a request from one side to another on a day."""

    ours: str
    theirs: str
    on: date
    found: tuple[BasisShown, ...]


def list_instruments(node: Node, register: str, *, on: date, each: bool = False) -> list[InstrumentStatus]:
    """Every instrument, those the register carries first; with the standing of `each` party where it is asked for."""
    instruments = known_instruments(node)
    carried = carried_instruments(node, register) if register else {}
    known = known_positions(node, register)
    opening = named_at_opening(node, register) if register else ()
    names = [*carried, *(name for name in instruments if name not in carried)]
    return [_status(name, instruments.get(name), carried.get(name), known, opening, on=on, each=each) for name in names]


def instrument_status(node: Node, register: str, instrument: str, *, on: date) -> InstrumentStatus:
    """One instrument with the standing of every party. Raises UsageError for one nobody knows."""
    text = known_instruments(node).get(instrument)
    published = carried_instruments(node, register).get(instrument) if register else None
    if text is None and published is None:
        raise UsageError("instrument-not-found", instrument=instrument[:64])
    known = known_positions(node, register)
    opening = named_at_opening(node, register) if register else ()
    return _status(instrument, text, published, known, opening, on=on, each=True)


def basis_between(node: Node, register: str, *, ours: str, theirs: str, on: date) -> Between:
    """What can carry a request; a side is a participant's id or a country code. Raises UsageError for the same side,
    and for what is neither: it would be answered as a State that is bound by nothing."""
    for side in (ours, theirs):
        if not _SIDE.fullmatch(side):
            raise UsageError("basis-side-unknown", side=side[:64])
    instruments, known = known_instruments(node), known_positions(node, register)
    sides = known.party(ours), known.party(theirs)
    found = legal_basis(instruments, known.positions, ours=sides[0], theirs=sides[1], on=on)
    return Between(*sides, on, tuple(BasisShown(each, instruments[each.instrument]) for each in found))


def _status(
    name: str,
    text: Instrument | None,
    published: InstrumentPublished | None,
    known: Known,
    opening: tuple[str, ...],
    *,
    on: date,
    each: bool = False,
) -> InstrumentStatus:
    digest = text_hash(text) if text is not None else ""
    held = standings(text, known.positions, on=on) if text is not None else _bare(name, known, on)
    return InstrumentStatus(
        name,
        on,
        title=text.en if text is not None else (published.title if published else name),
        text=text,
        published=published,
        at_opening=(published.text if published else digest) in opening,
        differs=published is not None and text is not None and published.text != digest,
        entry=entry_into_force(text, known.positions, on=on) if text is not None else None,
        consents=count_consents(text, known.positions, on=on) if text is not None else 0,
        parties=sum(1 for found in held.values() if found.status is Status.PARTY),
        standings=tuple(_shown(known, held[party], on) for party in _by_name(known, held)) if each else (),
    )


def _bare(name: str, known: Known, on: date) -> Mapping[str, Standing]:
    """Who said anything about a text this node has no data of, with no claim what follows."""
    return {each.party: Standing(each.party, name) for each in known.positions.about(name, on=on)}


def _by_name(known: Known, parties: Iterable[str]) -> list[str]:
    return sorted(parties, key=lambda party: (known.name(party), party))


def _shown(known: Known, found: Standing, on: date) -> PartyStanding:
    said = known.positions.of(found.party, found.instrument, on=on)
    codes = tuple(sorted(known.positions.codes_of(found.party)))
    claimed = known.claimed.get(found.party, frozenset())
    networks = tuple(Network(number, number in claimed) for number in found.networks)
    sources = tuple(dict.fromkeys(each.source for each in said))
    return PartyStanding(known.name(found.party), codes, found, sources, networks)
