"""What does the register look like when all of it, or all that is newer than some tables, is held in memory?

    view = MemoryView()                    everything, from leaf 0
    view = MemoryView(base=tables)         what came after `tables`, laid over them

Invariants:
- An overlay never writes to its base; `changed` holds exactly what differs from it.
- `snapshot` and `restore` are inverse, and a snapshot has one spelling in bytes.

Spec page: docs/spec/trusted-state.md.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from liaison.register.facts import Fact, Globals, KeyFact, NominationState, ParticipantState, Quorum, TimeNoted
from liaison.register.views import Applied, Changes, NotUnderstood, Outcome, RegisterListing, Void

F = TypeVar("F", bound=Fact)


class Oddity(Fact, frozen=True):
    """An entry that stands in the log and changed nothing: void by `rule`, or not understood for `reason`."""

    index: int
    rule: str | None
    reason: str | None


class RegisterState(Fact, frozen=True):
    """All facts at one size of the log."""

    size: int
    globals: Globals | None
    participants: dict[str, ParticipantState]
    keys: dict[str, KeyFact]
    nominations: dict[str, NominationState]
    quorums: tuple[Quorum, ...]
    times: tuple[TimeNoted, ...]
    oddities: tuple[Oddity, ...]


@dataclass(slots=True)
class Changed:
    """What a `MemoryView` holds above its base."""

    globals: Globals | None = None
    participants: dict[str, ParticipantState] = field(default_factory=dict)
    keys: dict[str, KeyFact] = field(default_factory=dict)
    nominations: dict[str, NominationState] = field(default_factory=dict)
    quorums: list[Quorum] = field(default_factory=list)
    times: list[TimeNoted] = field(default_factory=list)
    oddities: list[Oddity] = field(default_factory=list)


class MemoryView:
    """A `RegisterListing` in memory, over a base or over nothing; `size` is the number of leaves applied."""

    def __init__(self, base: RegisterListing | None = None, *, size: int = 0) -> None:
        self.base = base
        self.size = size
        self.changed = Changed()

    def globals(self) -> Globals | None:
        """The global facts; None before leaf 0 was applied."""
        if self.changed.globals is not None or self.base is None:
            return self.changed.globals
        return self.base.globals()

    def participant(self, participant: str) -> ParticipantState | None:
        """One participant by id."""
        found = self.changed.participants.get(participant)
        return self.base.participant(participant) if found is None and self.base is not None else found

    def key(self, fingerprint: str) -> KeyFact | None:
        """The key with this fingerprint."""
        found = self.changed.keys.get(fingerprint)
        return self.base.key(fingerprint) if found is None and self.base is not None else found

    def nomination(self, nomination: str) -> NominationState | None:
        """One nominated desk by its id."""
        found = self.changed.nominations.get(nomination)
        return self.base.nomination(nomination) if found is None and self.base is not None else found

    def quorum(self, size: int) -> Quorum | None:
        """The quorum with the largest index below `size`."""
        place = bisect_left(self.changed.quorums, size, key=lambda quorum: quorum.index)
        if place:
            return self.changed.quorums[place - 1]
        return self.base.quorum(size) if self.base is not None else None

    def participants(self) -> Iterable[ParticipantState]:
        """All participants, sorted by id."""
        below = {state.id: state for state in self.base.participants()} if self.base is not None else {}
        return _sorted(below | self.changed.participants)

    def nominations(self) -> Iterable[NominationState]:
        """All nominated desks, sorted by id."""
        below = {state.nomination: state for state in self.base.nominations()} if self.base is not None else {}
        return _sorted(below | self.changed.nominations)

    def times(self) -> Iterable[TimeNoted]:
        """Log times in the order of their indexes."""
        if self.base is not None:
            yield from self.base.times()
        yield from self.changed.times

    def commit(self, changes: Changes) -> None:
        """Take over the facts an entry made new."""
        if changes.globals is not None:
            self.changed.globals = changes.globals
        self.changed.participants.update(changes.participants)
        if changes.keys:
            self.changed.keys.update(changes.keys)
        if changes.nominations:
            self.changed.nominations.update(changes.nominations)
        if changes.quorum is not None:
            self.changed.quorums.append(changes.quorum)
        if changes.time is not None:
            self.changed.times.append(changes.time)

    def record(self, outcome: Outcome) -> None:
        """Take the outcome of the next leaf."""
        match outcome:
            case Applied(changes):
                self.commit(changes)
            case Void(rule):
                self.changed.oddities.append(Oddity(self.size, rule, None))
            case NotUnderstood(reason, changes):
                self.commit(changes)
                self.changed.oddities.append(Oddity(self.size, None, reason))
        self.size += 1

    def snapshot(self) -> RegisterState:
        """Everything this view itself holds; of a view without base, the whole register."""
        own = self.changed
        return RegisterState(
            size=self.size,
            globals=own.globals,
            participants=dict(own.participants),
            keys=dict(own.keys),
            nominations=dict(own.nominations),
            quorums=tuple(own.quorums),
            times=tuple(own.times),
            oddities=tuple(own.oddities),
        )

    @classmethod
    def restore(cls, state: RegisterState) -> MemoryView:
        """The view a snapshot was taken of."""
        view = cls(size=state.size)
        view.changed = Changed(
            globals=state.globals,
            participants=dict(state.participants),
            keys=dict(state.keys),
            nominations=dict(state.nominations),
            quorums=list(state.quorums),
            times=list(state.times),
            oddities=list(state.oddities),
        )
        return view


def _sorted(facts: dict[str, F]) -> Iterator[F]:
    return (facts[name] for name in sorted(facts))
