"""Which of the due work is taken now, how much of it at each peer, and what is left for want of room?

    round = take_round(node, Room(free=48, proven=frozenset({at}), run=32))
    round.runs     ((lease, lease, …), …)     one run is done by one thread, a piece after the other
    round.more     True                       due work is left: look again when a thread is free

Invariants (docs/spec/outbox.md): at most `Room.free` runs, and at most `MOST_EACH` to a peer; a peer that has not
answered yet, failed or is slow gets one run of one piece; a fetch is a run by itself. What is read grows with the
number of peers and with what is taken, never with what waits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from liaison.messages.parties import NodeRef
from liaison.node.models import Delivery
from liaison.node.node import Node
from liaison.node.reads.own import setting
from liaison.node.unit_of_work import READ_ONLY, reading, unit_of_work
from liaison.node.work import circuit, outbox
from liaison.node.work.outbox import BULK, Lease
from liaison.node.work.waiting import MOST_EACH, first_of_each_peer

MOST_PROBES = 8
MOST_SLOW = 16


@dataclass(frozen=True, slots=True)
class Room:
    """How much somebody can take on: runs, how long one may be; runs in hand by peer, peers that answered; who."""

    free: int = 1
    busy: Mapping[NodeRef, int] = field(default_factory=dict)
    proven: frozenset[NodeRef] = frozenset()
    worker: str = ""
    run: int = 1

    def most(self, at: NodeRef, single: set[NodeRef]) -> int:
        """How many runs at one peer at once: one until it has answered, one again after it failed or took long."""
        return MOST_EACH if at in self.proven and at not in single else 1

    def takes(self, row: Delivery, busy: int, single: set[NodeRef]) -> bool:
        """Whether a peer with so many runs in hand takes this work too; what is fetched leaves half to the rest."""
        most = self.most(NodeRef(row.participant, row.node), single)
        return busy < (max(1, most // 2) if row.kind in BULK else most)


@dataclass(frozen=True, slots=True)
class Round:
    """What was taken, and whether due work is left that a free thread could take."""

    runs: tuple[tuple[Lease, ...], ...] = ()
    more: bool = False

    @property
    def leases(self) -> list[Lease]:
        """All that was taken."""
        return [lease for run in self.runs for lease in run]


def take_round(node: Node, room: Room) -> Round:
    """Claim as much due work as there is room for."""
    now = node.clock.now()
    with reading(node):
        if not outbox.due_work(now).exists() or setting(node, READ_ONLY):
            return Round()
    with unit_of_work(node):
        outbox.set_right(now)
        chosen, more = _choose(now, room)
        runs = [[row] for row in chosen]
        for at in {_at(row) for row in chosen}:
            more |= _lengthen([run for run in runs if _at(run[0]) == at], now, room)
        leases = iter(outbox.claim(node, [row for run in runs for row in run], now, room.worker))
        return Round(tuple(tuple(next(leases) for _ in run) for run in runs), more)


def _at(row: Delivery) -> NodeRef:
    return NodeRef(row.participant, row.node)


def _choose(now: datetime, room: Room) -> tuple[list[Delivery], bool]:
    """The first of each run, in order, and whether more is due: peers that are busy or not to be called are passed."""
    shut, troubled = circuit.open_peers(now), circuit.troubled_peers()
    slow = circuit.slow_peers(now) - troubled
    single, busy = troubled | slow, dict(room.busy)
    left = [most - sum(busy.get(at, 0) for at in peers) for peers, most in ((troubled, MOST_PROBES), (slow, MOST_SLOW))]
    full = set().union(*(peers for peers, free in zip((troubled, slow), left, strict=True) if free <= 0))
    found = {at: keys for at, keys in first_of_each_peer(now).items() if at not in shut}
    keys = [
        key
        for at, first in found.items()
        if at not in full
        for key in first[: max(0, room.most(at, single) - busy.get(at, 0))]
    ]
    chosen: list[Delivery] = []
    for row in outbox.locked(outbox.due_work(now).filter(pk__in=keys).order_by("due", "pk")):
        at = _at(row)
        if len(chosen) >= room.free:
            break
        if not room.takes(row, busy.get(at, 0), single):
            continue
        if at in single:
            kind = 0 if at in troubled else 1
            if left[kind] <= 0:
                continue
            left[kind] -= 1
        busy[at] = busy.get(at, 0) + 1
        chosen.append(row)
    return chosen, sum(map(len, found.values())) > len(chosen)


def _lengthen(runs: Sequence[list[Delivery]], now: datetime, room: Room) -> bool:
    """Deal out what else waits for the peer of these runs among them; whether there may be still more."""
    at = _at(runs[0][0])
    short = [run for run in runs if run[0].kind not in BULK]
    if room.run <= 1 or at not in room.proven or len(runs) + room.busy.get(at, 0) < MOST_EACH or not short:
        return False
    taken = [run[0].pk for run in runs]
    rows = Delivery.objects.filter(outbox.unleased(now), participant=at.participant, node=at.node, due__lte=now)
    rest = rows.exclude(kind__in=BULK).exclude(pk__in=taken).order_by("due", "pk")
    most = (room.run - 1) * len(short)
    dealt = list(outbox.locked(rest[:most]))
    for place, row in enumerate(dealt):
        short[place % len(short)].append(row)
    return len(dealt) == most
