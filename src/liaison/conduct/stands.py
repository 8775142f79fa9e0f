"""What did a participant declare about agreed texts, what of it stands, and for which networks?

    history(state)                      (Declared(index=41, state=SUPERSEDED, …), Declared(index=57, state=STANDS, …))
    networks_of(state, (64496, 64497))  (Network(64496, claimed=True), Network(64497, claimed=False))

Invariants:
- everything that was declared is told, in the order of the log: what stands no more says why;
- of the words by which a code is adopted or declined the last one counts, by the day it names and then by the log; a
  withdrawal ends what was declared about the text up to its day;
- a network is claimed where a living node of the same participant claims it in `resources.published`; whose it is in
  truth, allocation and route-origin data say, not this.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from msgspec import UnsetType

from liaison.instruments.stands import claimed_networks
from liaison.register.bodies import StandDeclared
from liaison.register.facts import ParticipantState, Stated
from liaison.register.vocabulary import Act

_WORDS = frozenset({Act.ADOPTION, Act.ADOPTION_WITH_RESERVATION, Act.DECLINE})


class StandState(StrEnum):
    """Whether a statement still stands, and if not, why."""

    STANDS = "stands"
    SUPERSEDED = "superseded"
    """A later word about the same code counts."""
    WITHDRAWN = "withdrawn"
    """The participant withdrew from the text afterwards."""
    REPLACED = "replaced"
    """Another statement was declared in its place."""
    RETRACTED = "retracted"
    """It was declared in error."""


@dataclass(frozen=True, slots=True)
class Network:
    """A network that a provider stands for, and whether the provider claims it in the register."""

    number: int
    claimed: bool


@dataclass(frozen=True, slots=True)
class Declared:
    """One statement and what became of it; `index` is its leaf, `hash` what a later one names to replace it."""

    body: StandDeclared
    hash: str
    index: int
    state: StandState
    networks: tuple[Network, ...]


def history(state: ParticipantState) -> tuple[Declared, ...]:
    """Everything a participant declared, in the order of the log."""
    found = [each for made in state.stands.values() for each in _judged(state, made)]
    return tuple(sorted(found, key=lambda each: each.index))


def networks_of(state: ParticipantState, numbers: Iterable[int]) -> tuple[Network, ...]:
    """These networks, each with whether the participant claims it."""
    claimed = claimed_networks(state)
    return tuple(Network(number, number in claimed) for number in numbers)


def _judged(state: ParticipantState, made: Sequence[Stated]) -> list[Declared]:
    """The statements about one text, the latest word first while they are judged."""
    found: list[Declared] = []
    retracted = {each.body.replaces for each in made if each.body.act is Act.RETRACTION}
    ended, spoken = False, False
    for each in sorted(made, key=lambda each: (each.body.on, each.index), reverse=True):
        what = _state(each, retracted, ended=ended, spoken=spoken)
        numbers = () if isinstance(each.body.networks, UnsetType) else each.body.networks
        found.append(Declared(each.body, each.hash, each.index, what, networks_of(state, numbers)))
        if what is StandState.STANDS:
            ended = ended or each.body.act is Act.WITHDRAWAL
            spoken = spoken or each.body.act in _WORDS
    return found


def _state(each: Stated, retracted: set[str | None], *, ended: bool, spoken: bool) -> StandState:
    if each.replaced_index is not None:
        return StandState.RETRACTED if each.hash in retracted else StandState.REPLACED
    if ended and each.body.act is not Act.RETRACTION:
        return StandState.WITHDRAWN
    return StandState.SUPERSEDED if spoken and each.body.act in _WORDS else StandState.STANDS
