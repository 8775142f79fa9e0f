"""Who has the evidence, since when, under which conditions, and does the record hold together?

    collected(A) ── handed-over(A→B) ── opened(A)              the chain of A
                        ╰─ taken(B) ── opened(B) ── destroyed(B)    the chain of B, tied by `takes`

Invariants (docs/spec/evidence.md), each a `Fault` where it is broken:
- one line begins it, and names the manifest; every line is of one register, one item, and all or none an exercise;
- a desk's lines are numbered without gap or fork, from 0 in each epoch; its first is the collection, or takes a
  hand-over to that very desk;
- what was taken under conditions is opened only by accepting them, copied only once opened, and handed on only as they
  allow: unchanged, back to who gave it or to the source, to others with the source's consent where they say "ask
  first", or not at all;
- after a destruction the desk has nothing, until it takes it anew.
The result depends on the set of lines alone, whatever their order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from heapq import heapify, heappop, heappush

from liaison.cooperation.evidence.conditions import UseConditions, hash_conditions
from liaison.cooperation.evidence.custody import Event, Line, SignedLine
from liaison.errors import VerificationError
from liaison.messages.parties import DeskRef


class Fault(StrEnum):
    """What does not hold together."""

    NO_BEGINNING = "no-beginning"
    ANOTHER_MANIFEST = "another-manifest"
    OF_SEVERAL = "of-several"
    LINE_MISSING = "line-missing"
    FORKED = "forked"
    NOT_HANDED_TO = "not-handed-to"
    WITHOUT_CUSTODY = "without-custody"
    NOT_ACCEPTED = "not-accepted"
    ONWARD_NOT_ALLOWED = "onward-not-allowed"
    CONDITIONS_CHANGED = "conditions-changed"
    CONSENT_NOT_OF_SOURCE = "consent-not-of-source"


@dataclass(frozen=True, slots=True)
class Broken:
    """A fault of one line, or of the whole record (None)."""

    fault: Fault
    line_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Holder:
    """One desk's custody: what it signed, and what binds it; `given` is the hand-over it took, None at the source."""

    desk: DeskRef
    lines: tuple[SignedLine, ...]
    given: SignedLine | None
    holds: bool

    @property
    def conditions(self) -> UseConditions | None:
        """What the desk has to keep to; None where the evidence is its own."""
        return None if self.given is None else self.given.line.conditions


@dataclass(frozen=True, slots=True)
class Custody:
    """A record as it folds; `order` has every line after those it refers to."""

    evidence: str
    order: tuple[SignedLine, ...]
    holders: Mapping[DeskRef, Holder]
    broken: tuple[Broken, ...]

    @property
    def source(self) -> DeskRef | None:
        """The desk that collected it."""
        first = next((each for each in self.order if each.line.event is Event.COLLECTED), None)
        return None if first is None else first.line.by


def fold_custody(manifest_hash: str, lines: Iterable[SignedLine]) -> Custody:
    """The record of the evidence with this manifest. Never raises: what is broken is told."""
    known = {each.line_hash: each for each in lines}
    order = tuple(_in_order(known))
    first = [each for each in order if each.line.event is Event.COLLECTED]
    broken = [Broken(Fault.NO_BEGINNING)] if len(first) != 1 else []
    broken += [Broken(Fault.ANOTHER_MANIFEST)] if any(each.line.manifest != manifest_hash for each in first) else []
    evidence = first[0].line_hash if first else ""
    state = _Fold(known, source=first[0].line.by if first else None)
    for each in order:
        state.add(each)
    if any(_strays(each, evidence, order[0].line) for each in order):
        broken.append(Broken(Fault.OF_SEVERAL))
    return Custody(evidence, order, state.holders(), (*broken, *state.broken))


def require_whole(custody: Custody) -> None:
    """Return if nothing is broken. Raises VerificationError for the first fault."""
    if custody.broken:
        raise VerificationError("custody-broken", fault=custody.broken[0].fault.value)


def may_hand_on(holder: Holder, to: DeskRef, *, source: DeskRef | None, consented: bool) -> bool:
    """Whether the conditions allow it: back, to others, or with the consent that was given."""
    conditions = holder.conditions
    if conditions is None or conditions.onward == "same-conditions":
        return True
    back = to == source or (holder.given is not None and to == holder.given.line.by)
    return back or (conditions.onward == "ask-first" and consented)


def _strays(each: SignedLine, evidence: str, first: Line) -> bool:
    line = each.line
    same = (line.register, line.exercise) == (first.register, first.exercise)
    return not same or (line.event is not Event.COLLECTED and line.evidence != evidence)


def _refers(line: Line) -> tuple[str, ...]:
    return tuple(each for each in (line.prev, line.takes, line.consent) if each is not None)


def _in_order(known: Mapping[str, SignedLine]) -> Iterator[SignedLine]:
    """Every line after those it refers to; hashes cannot go round in a circle. Equals by time, then by hash."""
    waits = {name: {each for each in _refers(signed.line) if each in known} for name, signed in known.items()}
    followers = defaultdict(list)
    for name, before in waits.items():
        for each in before:
            followers[each].append(name)
    ready = [(known[name].line.at, name) for name, before in waits.items() if not before]
    heapify(ready)
    while ready:
        _, name = heappop(ready)
        yield known[name]
        for follower in followers[name]:
            waits[follower].discard(name)
            if not waits[follower]:
                heappush(ready, (known[follower].line.at, follower))


class _Fold:
    """Takes the lines one after the other."""

    def __init__(self, known: Mapping[str, SignedLine], source: DeskRef | None) -> None:
        self._known, self._source = known, source
        self._lines: defaultdict[DeskRef, list[SignedLine]] = defaultdict(list)
        self._given: dict[DeskRef, SignedLine | None] = {}
        self._holds: dict[DeskRef, bool] = {}
        self.broken: list[Broken] = []

    def holders(self) -> dict[DeskRef, Holder]:
        return {desk: self._holder(desk) for desk in self._lines}

    def _holder(self, desk: DeskRef) -> Holder:
        return Holder(desk, tuple(self._lines[desk]), self._given.get(desk), self._holds.get(desk, False))

    def add(self, signed: SignedLine) -> None:
        for fault in self._faults(signed):
            self.broken.append(Broken(fault, signed.line_hash))
        line = signed.line
        self._lines[line.by].append(signed)
        if line.event is Event.COLLECTED:
            self._holds[line.by], self._given[line.by] = True, None
        elif line.event is Event.TAKEN:
            # What comes back to its source stays its own.
            own = self._given.get(line.by, signed) is None
            self._given[line.by] = None if own else self._known.get(line.takes or "")
            self._holds[line.by] = True
        elif line.event is Event.DESTROYED:
            self._holds[line.by] = False

    def _faults(self, signed: SignedLine) -> Iterator[Fault]:
        line = signed.line
        if any(each not in self._known for each in _refers(line)):
            yield Fault.LINE_MISSING
        elif not self._follows(line):
            yield Fault.FORKED
        if line.event is Event.TAKEN:
            given = self._known.get(line.takes or "")
            if given is None or given.line.event is not Event.HANDED_OVER or given.line.to != line.by:
                yield Fault.NOT_HANDED_TO
        elif not self._may_act(line):
            yield Fault.WITHOUT_CUSTODY
        yield from self._against_conditions(line)

    def _may_act(self, line: Line) -> bool:
        """Whether the desk has it; whoever collected it is asked for consent even after its own copy is gone."""
        asked = line.event is Event.CONSENTED and line.by == self._source
        return line.event is Event.COLLECTED or asked or self._holds.get(line.by, False)

    def _follows(self, line: Line) -> bool:
        """Whether it is the next of its desk: in the epoch, or the first of a new one behind any line of the desk."""
        mine = [each for each in self._lines[line.by] if each.line.epoch == line.epoch]
        if line.n != len(mine):
            return False
        if mine:
            return line.prev == mine[-1].line_hash
        return line.prev is None or self._known[line.prev].line.by == line.by

    def _against_conditions(self, line: Line) -> Iterator[Fault]:
        holder = self._holder(line.by)
        conditions = holder.conditions
        if line.event is Event.CONSENTED and line.by != self._source:
            yield Fault.CONSENT_NOT_OF_SOURCE
        if conditions is None:
            return
        if line.event is Event.OPENED and line.accepted != hash_conditions(conditions):
            yield Fault.NOT_ACCEPTED
        if line.event is Event.COPIED and not any(each.line.event is Event.OPENED for each in holder.lines):
            yield Fault.NOT_ACCEPTED
        if line.event is Event.HANDED_OVER and line.to is not None:
            if line.conditions != conditions:
                yield Fault.CONDITIONS_CHANGED
            if not may_hand_on(holder, line.to, source=self._source, consented=self._consents(line)):
                yield Fault.ONWARD_NOT_ALLOWED

    def _consents(self, line: Line) -> bool:
        consent = self._known.get(line.consent or "")
        return (
            consent is not None
            and consent.line.event is Event.CONSENTED
            and consent.line.by == self._source
            and consent.line.to == line.to
        )
