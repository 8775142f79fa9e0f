"""What do the participants of a register say of themselves as positions, and what does an operator know of others?

    known = gather(states, [file])
    known.party("XC")      the participant that publishes the code XC, else "XC"

Invariants:
- what a participant declared about an instrument is its own word: of that party and instrument no file counts;
- a statement that was replaced or retracted counts no more, and neither does the statement that retracts it;
- a participant that was succeeded speaks as its successor;
- a code that two participants publish leads to neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from msgspec import UnsetType

from liaison.instruments.positions import Positions, Statement
from liaison.instruments.positions_file import PositionsFile
from liaison.register.facts import ParticipantState, Stated
from liaison.register.lookup import published_codes
from liaison.register.vocabulary import REGISTER, Act, ParticipantType


@dataclass(frozen=True, slots=True)
class Known:
    """All positions, and by which names parties go."""

    positions: Positions
    names: Mapping[str, str]
    """Party → what people call it."""
    by_code: Mapping[str, str]
    claimed: Mapping[str, frozenset[int]]
    """Party → the AS numbers it claims in the register, for those that claim any."""

    def party(self, code: str) -> str:
        """The participant a code stands for, or the code itself."""
        return self.by_code.get(code, code)

    def name(self, party: str) -> str:
        """What people call a party."""
        return self.names.get(party, party)


def gather(states: Iterable[ParticipantState], files: Iterable[PositionsFile] = ()) -> Known:
    """What the register's participants declared, and what files say of everybody else."""
    found = [state for state in states if state.id != REGISTER]
    living = {state.id: state for state in found if state.succeeded_by is None}
    codes = {name: codes_of(state) for name, state in living.items()}
    by_code = _by_code(codes)
    successors = {state.id: state.succeeded_by for state in found}
    later = {name: _final(name, successors) for name in successors}
    own = [
        statement
        for state in found
        for stated in state.stands.values()
        for statement in _declared(later[state.id], stated)
    ]
    told = {(each.party, each.instrument) for each in own}
    others = list(_others(files, by_code, told))
    positions = Positions(
        statements=tuple(_named(each, by_code | later) for each in (*own, *others)),
        groups=_groups(files),
        organisations=_organisations(files, living, by_code),
        codes=codes,
    )
    claimed = {name: numbers for name, state in living.items() if (numbers := claimed_networks(state))}
    return Known(positions, {name: state.labels.name for name, state in living.items()}, by_code, claimed)


def codes_of(state: ParticipantState) -> frozenset[str]:
    """The codes a participant goes by: those it publishes, else those of its admission."""
    return frozenset(published_codes(state) or state.labels.codes)


def claimed_networks(state: ParticipantState) -> frozenset[int]:
    """The AS numbers that living nodes of the participant claim in the register."""
    living = [node for node in state.nodes.values() if node.retired_index is None]
    return frozenset(claim.asn for node in living if node.claims is not None for claim in node.claims.body.asns)


def _by_code(codes: Mapping[str, frozenset[str]]) -> dict[str, str]:
    claimed: dict[str, list[str]] = {}
    for name, own in codes.items():
        for code in own:
            claimed.setdefault(code, []).append(name)
    return {code: names[0] for code, names in claimed.items() if len(names) == 1}


def _final(name: str, successors: Mapping[str, str | None]) -> str:
    seen: set[str] = set()
    while (later := successors.get(name)) is not None and name not in seen:
        seen.add(name)
        name = later
    return name


def _declared(party: str, stated: Iterable[Stated]) -> Iterable[Statement]:
    for each in stated:
        body = each.body
        if each.replaced_index is None and body.act is not Act.RETRACTION:
            yield Statement(
                party,
                body.instrument,
                body.act,
                date.fromisoformat(body.on),
                body.clauses,
                body.about,
                note=body.said.text if body.said else "",
                lang=body.said.lang if body.said else "",
                evidence=body.evidence or "",
                source=f"entry {each.index}",
                networks=() if isinstance(body.networks, UnsetType) else body.networks,
            )


def _others(
    files: Iterable[PositionsFile], by_code: Mapping[str, str], told: set[tuple[str, str]]
) -> Iterable[Statement]:
    """Of one party and instrument the latest file counts alone: lists of different days are not added up."""
    latest: dict[tuple[str, str], tuple[date, list[Statement]]] = {}
    for page in files:
        made: dict[tuple[str, str], list[Statement]] = {}
        for each in page.statements():
            made.setdefault((by_code.get(each.party, each.party), each.instrument), []).append(each)
        for place, statements in made.items():
            if place not in told and (place not in latest or latest[place][0] < page.as_of):
                latest[place] = page.as_of, [replace(each, party=place[0]) for each in statements]
    for _, statements in latest.values():
        yield from statements


def _named(each: Statement, names: Mapping[str, str]) -> Statement:
    """The statement about whom it concerns today: a code's participant, a successor."""
    return replace(each, about=names.get(each.about, each.about)) if each.about is not None else each


def _groups(files: Iterable[PositionsFile]) -> dict[str, frozenset[str]]:
    """Of one group the latest file counts."""
    latest: dict[str, tuple[date, frozenset[str]]] = {}
    for page in files:
        for name, codes in page.groups.items():
            if name not in latest or latest[name][0] < page.as_of:
                latest[name] = page.as_of, frozenset(codes)
    return {name: codes for name, (_, codes) in latest.items()}


def _organisations(
    files: Iterable[PositionsFile], living: Mapping[str, ParticipantState], by_code: Mapping[str, str]
) -> frozenset[str]:
    own = {name for name, state in living.items() if state.type is not ParticipantType.STATE}
    return frozenset(own | {by_code.get(code, code) for page in files for code in page.organisations})
