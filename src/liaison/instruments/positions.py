"""Who did what about an instrument, and how does one State stand to it on a day?

    Statement("XC", "budapest-2001", Act.RATIFICATION, date(2025, 3, 18))
    standing(instrument, positions, "XC", on=date(2025, 7, 1)).status is Status.PARTY

Invariants (docs/spec/instruments.md):
- the answer for a day follows from the statements dated up to that day, in the order of their dates and, on one day,
  in the order they are given;
- a statement is somebody's: its `source` says whose word it is, and nothing is inferred that no statement says;
- whoever leaves and comes back comes back without the reservations of the first time;
- of a code of conduct the last word of a party counts alone: it adopts, declines or withdraws, and nothing enters into
  force.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from liaison.instruments.periods import after
from liaison.instruments.texts import CONSENTS, Instrument, TextKind
from liaison.register.vocabulary import Act


@dataclass(frozen=True, slots=True)
class Statement:
    """That `party` (a participant's id, or a country code outside the register) did `act` about an instrument.

    `on` is the day that counts for the depositary; `about` the party whose reservation is objected to.
    """

    party: str
    instrument: str
    act: Act
    on: date
    clauses: tuple[str, ...] = ()
    about: str | None = None
    note: str = ""
    lang: str = ""
    evidence: str = ""
    source: str = ""
    networks: tuple[int, ...] = ()
    """The AS numbers for which a provider adopts a code."""


@dataclass(frozen=True)
class Positions:
    """All statements, with what entry into force has to know of the parties."""

    statements: tuple[Statement, ...] = ()
    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The members of the groups that instruments count."""
    organisations: frozenset[str] = frozenset()
    codes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The country codes of a party whose name is not itself one."""

    def about(self, instrument: str, *, on: date) -> tuple[Statement, ...]:
        """What was stated about an instrument up to a day, in order."""
        return tuple(each for each in self._by_instrument.get(instrument, ()) if each.on <= on)

    def of(self, party: str, instrument: str, *, on: date) -> tuple[Statement, ...]:
        """What one party stated about an instrument up to a day, in order."""
        return tuple(each for each in self._by_party.get((instrument, party), ()) if each.on <= on)

    @functools.cached_property
    def _by_instrument(self) -> Mapping[str, list[Statement]]:
        found: dict[str, list[Statement]] = {}
        for each in sorted(self.statements, key=lambda each: each.on):
            found.setdefault(each.instrument, []).append(each)
        return found

    @functools.cached_property
    def _by_party(self) -> Mapping[tuple[str, str], list[Statement]]:
        found: dict[tuple[str, str], list[Statement]] = {}
        for made in self._by_instrument.values():
            for each in made:
                found.setdefault((each.instrument, each.party), []).append(each)
        return found

    def codes_of(self, party: str) -> frozenset[str]:
        """The codes by which a bilateral text may name the party."""
        return self.codes.get(party, frozenset({party}))


class Status(StrEnum):
    """How a State stands to an instrument on a day."""

    NONE = "none"
    SIGNED = "signed"
    PROVISIONAL = "provisional"
    """It applies the text before it is bound by it."""
    WAITING = "waiting"
    """It consented to be bound; the text is not in force for it yet."""
    PARTY = "party"
    LEFT = "left"
    ADOPTED = "adopted"
    RESERVED = "adopted-with-reservation"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    """It adopted a code of conduct, and does so no more."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one party stands. `ends` is the day on which a withdrawal takes effect, if one was notified."""

    party: str
    instrument: str
    status: Status = Status.NONE
    signed: date | None = None
    consent: Act | None = None
    consented: date | None = None
    since: date | None = None
    """From when the text is in force for it, if that is known."""
    provisional: date | None = None
    notified: date | None = None
    ends: date | None = None
    reservations: tuple[Statement, ...] = ()
    declarations: tuple[Statement, ...] = ()
    objections: tuple[Statement, ...] = ()
    networks: tuple[int, ...] = ()


def entry_into_force(instrument: Instrument, positions: Positions, *, on: date) -> date | None:
    """From when the instrument is in force at all, as far as is known on a day: that day may lie ahead."""
    if instrument.entered is not None:
        return instrument.entered.on
    entry = instrument.entry
    if entry is None:
        return None
    consented: dict[str, None] = {}
    for each in positions.about(instrument.id, on=on):
        if each.act is Act.WITHDRAWAL:
            consented.pop(each.party, None)
        elif each.act in entry.by and _counts(instrument, positions, each.party):
            consented[each.party] = None
            if _enough(instrument, positions, consented):
                return after(each.on, entry.wait)
    return None


def count_consents(instrument: Instrument, positions: Positions, *, on: date) -> int:
    """How many consents count towards entry into force on a day."""
    consented: set[str] = set()
    for each in positions.about(instrument.id, on=on):
        if each.act is Act.WITHDRAWAL:
            consented.discard(each.party)
        elif instrument.entry and each.act in instrument.entry.by and _counts(instrument, positions, each.party):
            consented.add(each.party)
    return len(consented)


def _counts(instrument: Instrument, positions: Positions, party: str) -> bool:
    entry = instrument.entry
    if entry is None or (party in positions.organisations and not entry.organisations):
        return False
    return is_open_to(instrument, positions, party)


def _enough(instrument: Instrument, positions: Positions, consented: Iterable[str]) -> bool:
    entry, who = instrument.entry, set(consented)
    if entry is None or len(who) < entry.deposits:
        return False
    if entry.members is None:
        return True
    group = positions.groups.get(entry.members.group, frozenset())
    return sum(1 for party in who if party in group or positions.codes_of(party) & group) >= entry.members.at_least


def is_open_to(instrument: Instrument, positions: Positions, party: str) -> bool:
    """Whether the text can bind this party: a bilateral treaty names its two."""
    return not instrument.parties or bool(positions.codes_of(party) & set(instrument.parties))


def standing(instrument: Instrument, positions: Positions, party: str, *, on: date) -> Standing:
    """How a party stands to an instrument on a day."""
    return _standing(instrument, positions, party, on, entry_into_force(instrument, positions, on=on))


def standings(instrument: Instrument, positions: Positions, *, on: date) -> Mapping[str, Standing]:
    """How everybody who stated anything about an instrument stands to it on a day."""
    entered = entry_into_force(instrument, positions, on=on)
    parties = dict.fromkeys(each.party for each in positions.about(instrument.id, on=on))
    return {party: _standing(instrument, positions, party, on, entered) for party in parties}


_SAID: Mapping[Act, Status] = {
    Act.ADOPTION: Status.ADOPTED,
    Act.ADOPTION_WITH_RESERVATION: Status.RESERVED,
    Act.DECLINE: Status.DECLINED,
    Act.WITHDRAWAL: Status.WITHDRAWN,
}


def _adopting(instrument: Instrument, positions: Positions, party: str, on: date) -> Standing:
    """How a party stands to a code: its last word, which says all of it anew."""
    found = Standing(party, instrument.id)
    for each in positions.of(party, instrument.id, on=on):
        status = _SAID.get(each.act)
        if status is None or (status is Status.WITHDRAWN and found.status is Status.NONE):
            continue
        reserved = (each,) if status is Status.RESERVED else ()
        adopted = status in (Status.ADOPTED, Status.RESERVED)
        since = each.on if adopted else None
        found = Standing(party, instrument.id, status, since=since, reservations=reserved, networks=each.networks)
    return found


def _standing(instrument: Instrument, positions: Positions, party: str, on: date, entered: date | None) -> Standing:
    if instrument.kind is TextKind.CONDUCT:
        return _adopting(instrument, positions, party, on)
    found = Standing(party, instrument.id)
    for each in positions.of(party, instrument.id, on=on):
        found = _with(found, each, instrument, entered)
    return replace(found, status=_status(found, on))


def _with(found: Standing, each: Statement, text: Instrument, entered: date | None) -> Standing:
    if each.act in CONSENTS:
        return _consent(found, each, text, entered)
    match each.act:
        case Act.SIGNATURE:
            return replace(found, signed=found.signed or each.on)
        case Act.PROVISIONAL_APPLICATION:
            return replace(found, provisional=each.on)
        case Act.PROVISIONAL_END:
            return replace(found, provisional=None)
        case Act.WITHDRAWAL:
            return _withdrawal(found, each, text)
        case Act.RESERVATION:
            return replace(found, reservations=(*found.reservations, each))
        case Act.RESERVATION_WITHDRAWAL:
            return replace(found, reservations=_less(found.reservations, each))
        case Act.DECLARATION:
            return replace(found, declarations=(*found.declarations, each))
        case Act.DECLARATION_WITHDRAWAL:
            return replace(found, declarations=_less(found.declarations, each))
        case Act.OBJECTION | Act.OBJECTION_TO_ENTRY:
            return replace(found, objections=(*found.objections, each))
        case Act.OBJECTION_WITHDRAWAL:
            return replace(found, objections=_less(found.objections, each))
        case _:
            return found


def _consent(found: Standing, each: Statement, text: Instrument, entered: date | None) -> Standing:
    if found.consented is not None and found.notified is None:
        return found
    if found.ends is not None and each.on < found.ends:
        # A notice of withdrawal can be revoked until it takes effect (Vienna Convention, article 68).
        return replace(found, notified=None, ends=None)
    if found.notified is not None:
        kept = [tuple(old for old in group if old.on > found.notified) for group in _made(found)]
        found = Standing(found.party, found.instrument, signed=found.signed, provisional=None)
        found = replace(found, reservations=kept[0], declarations=kept[1], objections=kept[2])
    since = None
    if entered is not None and text.entry is not None:
        since = max(entered, after(each.on, text.entry.later))
    return replace(found, consent=each.act, consented=each.on, since=since)


def _made(found: Standing) -> tuple[tuple[Statement, ...], ...]:
    return found.reservations, found.declarations, found.objections


def _withdrawal(found: Standing, each: Statement, text: Instrument) -> Standing:
    """A consent taken back before it ever took effect ends at once; a party stays one for the period of the text."""
    if found.consented is None or found.notified is not None:
        return found
    bound = found.since is not None and found.since <= each.on
    ends = after(each.on, text.withdrawal) if bound and text.withdrawal is not None else each.on
    return replace(found, notified=each.on, ends=ends, provisional=None)


def _less(made: tuple[Statement, ...], each: Statement) -> tuple[Statement, ...]:
    """What is left once `each` was taken back: all of it, or what concerns the clauses it names."""
    left = []
    for old in made:
        if each.about is not None and old.about != each.about:
            left.append(old)
        elif each.clauses and (rest := tuple(name for name in old.clauses if name not in each.clauses)):
            left.append(replace(old, clauses=rest))
        elif each.clauses and not old.clauses:
            left.append(old)
    return tuple(left)


def _status(found: Standing, on: date) -> Status:
    if found.ends is not None and found.ends <= on:
        return Status.LEFT
    if found.consented is not None and found.since is not None and found.since <= on:
        return Status.PARTY
    if found.provisional is not None:
        return Status.PROVISIONAL
    if found.consented is not None:
        return Status.WAITING
    return Status.SIGNED if found.signed is not None else Status.NONE
