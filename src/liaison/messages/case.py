"""What was said in this case, in which order, and what is missing or contradictory?

Invariants (docs/spec/message.md, "Sequence and case"):
- order follows the senders' own numbers and the references between messages; times only decide between the rest,
  so a wrong clock moves nothing that is numbered;
- a gap is shown until it closes and hides nothing; a number used twice or a message told differently is shown for ever;
- the view depends on the set of items, not on the order they arrived in.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from liaison.messages.message import Copy, Core
from liaison.messages.parties import DeskRef, NodeRef

ACKNOWLEDGEMENT = "acknowledgement"
CLOSE = "close"
WITHDRAWAL = "withdrawal"


@dataclass(frozen=True, slots=True)
class CaseItem:
    """One copy as a node holds it; `at` is when, by that node's clock, it came in or went out."""

    core: Core
    copy: Copy
    core_hash: str
    message_hash: str
    at: str


# The items of one sequence by number.
_Stream = dict[int, list[CaseItem]]


class Trouble(StrEnum):
    """What can be wrong with a sequence."""

    MISSING = "missing"
    NUMBER_USED_TWICE = "number-used-twice"
    CHAIN_BROKEN = "chain-broken"


@dataclass(frozen=True, slots=True, order=True)
class Gap:
    """Where the sequence of `sender` to `desk` in one epoch is wrong: the numbers from `seq` to `last` inclusive."""

    sender: NodeRef
    desk: DeskRef
    epoch: str
    seq: int
    last: int
    trouble: Trouble

    @property
    def count(self) -> int:
        """How many numbers are concerned."""
        return self.last - self.seq + 1


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the case with the copies of it that are here."""

    core: Core
    core_hash: str
    copies: tuple[CaseItem, ...]


@dataclass(frozen=True, slots=True)
class CaseView:
    """The case as the items at hand show it."""

    case: str
    parties: frozenset[DeskRef]
    exercise: bool
    said: tuple[Said, ...]
    gaps: tuple[Gap, ...]
    told_differently: tuple[tuple[NodeRef, str], ...]
    acknowledged: Mapping[str, frozenset[DeskRef]]
    withdrawn: frozenset[str]
    closed_by: frozenset[DeskRef]
    unknown_references: frozenset[str]

    @property
    def closed(self) -> bool:
        """Whether every party has closed the case."""
        return self.closed_by == self.parties


def view_case(items: Sequence[CaseItem]) -> CaseView:
    """The view of all `items` (at least one) of one case."""
    first = min(items, key=lambda item: (item.at, item.message_hash)).core
    said = _in_order(items)
    known = {each.core_hash for each in said}
    return CaseView(
        case=first.case,
        parties=first.parties,
        exercise=any(each.core.exercise for each in said),
        said=said,
        gaps=find_gaps(items),
        told_differently=find_told_differently(items),
        acknowledged=_acknowledged(said),
        withdrawn=_withdrawn(said),
        closed_by=_closed_by(said),
        unknown_references=frozenset(each.core.re for each in said if each.core.re is not None) - known,
    )


def find_gaps(items: Iterable[CaseItem]) -> tuple[Gap, ...]:
    """What is wrong in the sequences: numbers that are missing, used twice, or not chained to the one before."""
    found = [
        Gap(*key, seq, last, trouble)
        for key, stream in _streams(items).items()
        for seq, last, trouble in _faults(stream)
    ]
    return tuple(sorted(found))


def _faults(stream: _Stream) -> Iterator[tuple[int, int, Trouble]]:
    """Missing numbers come as ranges: a sender may claim any number, and a list of all would fill the memory."""
    for earlier, later in pairwise([-1, *sorted(stream)]):
        if later - earlier > 1:
            yield earlier + 1, later - 1, Trouble.MISSING
    for seq, versions in stream.items():
        if len({item.message_hash for item in versions}) > 1:
            yield seq, seq, Trouble.NUMBER_USED_TWICE
        before = {item.message_hash for item in stream.get(seq - 1, ())}
        if before and any(item.copy.prev not in before for item in versions):
            yield seq, seq, Trouble.CHAIN_BROKEN


def find_told_differently(items: Iterable[CaseItem]) -> tuple[tuple[NodeRef, str], ...]:
    """Sender and identifier of every message of which two copies have different cores."""
    told: defaultdict[tuple[NodeRef, str], set[str]] = defaultdict(set)
    for item in items:
        told[item.core.sender.at, item.core.id].add(item.core_hash)
    return tuple(sorted(key for key, cores in told.items() if len(cores) > 1))


def _streams(items: Iterable[CaseItem]) -> dict[tuple[NodeRef, DeskRef, str], _Stream]:
    streams: defaultdict[tuple[NodeRef, DeskRef, str], _Stream] = defaultdict(dict)
    for item in items:
        stream = streams[item.core.sender.at, item.copy.desk, item.copy.epoch]
        stream.setdefault(item.copy.seq, []).append(item)
    return streams


def _in_order(items: Sequence[CaseItem]) -> tuple[Said, ...]:
    """Sort by what each message must follow; among those free to go, the earliest by this node's clock goes first."""
    copies: defaultdict[str, list[CaseItem]] = defaultdict(list)
    for item in items:
        copies[item.core_hash].append(item)
    after, waits = _dependencies(items, copies)
    place = {core: (min(item.at for item in held), core) for core, held in copies.items()}
    free = [place[core] for core in copies if not waits[core]]
    heapq.heapify(free)
    left = set(copies)
    order: list[str] = []
    while left:
        # Hostile numbers can wait for one another in a circle; then the earliest breaks it.
        core = heapq.heappop(free)[1] if free else min(left, key=lambda core: place[core])
        if core not in left:
            continue
        left.remove(core)
        order.append(core)
        for later in after[core]:
            waits[later].discard(core)
            if later in left and not waits[later]:
                heapq.heappush(free, place[later])
    return tuple(Said(copies[core][0].core, core, _sorted_copies(copies[core])) for core in order)


def _dependencies(
    items: Iterable[CaseItem], copies: Mapping[str, Sequence[CaseItem]]
) -> tuple[Mapping[str, set[str]], dict[str, set[str]]]:
    after: defaultdict[str, set[str]] = defaultdict(set)
    waits: dict[str, set[str]] = {core: set() for core in copies}
    links = [(item.core.re, item.core_hash) for item in items if item.core.re in copies]
    for stream in _streams(items).values():
        for earlier, later in pairwise(sorted(stream)):
            links += [(a.core_hash, b.core_hash) for a in stream[earlier] for b in stream[later]]
    for earlier_core, later_core in links:
        if earlier_core is not None and earlier_core != later_core:
            after[earlier_core].add(later_core)
            waits[later_core].add(earlier_core)
    return after, waits


def _sorted_copies(held: Iterable[CaseItem]) -> tuple[CaseItem, ...]:
    return tuple(sorted(held, key=lambda item: (item.copy.desk, item.message_hash)))


def _acknowledged(said: Iterable[Said]) -> Mapping[str, frozenset[DeskRef]]:
    found: defaultdict[str, frozenset[DeskRef]] = defaultdict(frozenset)
    for each in said:
        if each.core.form == ACKNOWLEDGEMENT and each.core.re is not None:
            found[each.core.re] |= {each.core.sender}
    return dict(found)


def _withdrawn(said: Sequence[Said]) -> frozenset[str]:
    """Only who said something can take it back."""
    speakers = {each.core_hash: each.core.sender for each in said}
    withdrawals = (each.core for each in said if each.core.form == WITHDRAWAL)
    return frozenset(core.re for core in withdrawals if core.re is not None and speakers.get(core.re) == core.sender)


def _closed_by(said: Iterable[Said]) -> frozenset[DeskRef]:
    """Whoever says anything but an acknowledgement after closing has opened the case again."""
    closed: set[DeskRef] = set()
    for each in said:
        if each.core.form == CLOSE:
            closed.add(each.core.sender)
        elif each.core.form != ACKNOWLEDGEMENT:
            closed.discard(each.core.sender)
    return frozenset(closed)
