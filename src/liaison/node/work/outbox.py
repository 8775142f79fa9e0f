"""What has to be done at which peer, who is doing it now, and when is it tried again?

    with unit_of_work(node):
        lease = put_work(node, Work.MESSAGE, key, register=…, at=…, leased=True)   # born leased to whoever wrote it
    …talk to the peer, without a transaction…
    with unit_of_work(node):
        settle(lease)                                                      # together with what the answer said

Invariants (docs/spec/outbox.md):
- work is written in the transaction that makes it necessary, and removed in the one that stores its outcome;
- a lease is a token and a moment: who does not hold the token changes nothing, and a moment that passed frees the
  work, so a killed process delays it and never loses it;
- every attempt may be repeated, because both sides are idempotent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import F, Q

from liaison.messages.parties import NodeRef
from liaison.node.models import Delivery, Timer
from liaison.node.node import Node
from liaison.node.reads.own import setting
from liaison.node.unit_of_work import READ_ONLY, reading, unit_of_work
from liaison.node.work import circuit
from liaison.node.work.statements import add, remove
from liaison.node.work.waiting import MOST_EACH, first_of_each_peer

LEASE = timedelta(seconds=180)
FIRST_WAIT = 1.0
LONGEST_WAIT = 300.0
OWN_DISK = frozenset({"disk-nearly-full", "storage-refused"})
OWN_DISK_WAIT = timedelta(seconds=5)
MOST_PROBES = 8
TOKEN = 16
MOST_SLOW = 16
SLOWEST_LINE = 1000
PATIENCE = timedelta(seconds=90)
SPARE = timedelta(seconds=30)
LONGEST_LEASE = PATIENCE + timedelta(seconds=2**19 / SLOWEST_LINE) + SPARE  # A message is at most half a mebibyte.


class Work(StrEnum):
    """What is to be done at a peer."""

    MESSAGE = "message"
    RECEIPT = "receipt"
    FETCH = "fetch"


@dataclass(frozen=True, slots=True)
class Lease:
    """A claim on one piece of work."""

    delivery: int
    token: str
    work: Work
    register: str
    at: NodeRef
    subject: int
    attempts: int


def put_work(node: Node, work: Work, subject: int, *, register: str, at: NodeRef, leased: bool) -> Lease:
    """Write down work on the copy, receipt or attachment with the key `subject`, leased to the caller or due now."""
    now = node.clock.now()
    token = node.entropy.draw(TOKEN).hex() if leased else ""
    key = add(
        Delivery,
        kind=work.value,
        register=register,
        participant=at.participant,
        node=at.node,
        due=now,
        since=now,
        lease_token=token,
        lease_until=now + LEASE if leased else None,
        **{_COLUMNS[work]: subject},
    )
    return Lease(key, token, work, register, at, subject, 0)


@dataclass(frozen=True, slots=True)
class Room:
    """How much somebody can take on: threads that are free, calls in hand by peer, peers that answered before; who."""

    free: int = 1
    busy: Mapping[NodeRef, int] = field(default_factory=dict)
    proven: frozenset[NodeRef] = frozenset()
    worker: str = ""

    def most(self, at: NodeRef, single: set[NodeRef]) -> int:
        """How many calls to one peer at once: one until it has answered, one again after it failed or took long."""
        return MOST_EACH if at in self.proven and at not in single else 1

    def takes(self, row: Delivery, busy: int, single: set[NodeRef]) -> bool:
        """Whether a peer with so many calls in hand takes this work too; what is fetched leaves half to the rest."""
        most = self.most(NodeRef(row.participant, row.node), single)
        return busy < (max(1, most // 2) if row.kind == Work.FETCH.value else most)


def lease_due(node: Node, room: Room) -> list[Lease]:
    """Claim as much due work as there is room for."""
    now = node.clock.now()
    with reading(node):
        if not _due(now).exists() or setting(node, READ_ONLY):
            return []
    with unit_of_work(node):
        _set_right(now)
        chosen = _choose(now, room)
        leases = [_claim(node, row, now, room.worker) for row in chosen]
    return leases


def _due(now: datetime) -> Any:
    """What is due and free; a moment further ahead than is ever written here stems from a clock that was set back."""
    due = Q(due__lte=now) | Q(due__gt=now + timedelta(seconds=LONGEST_WAIT))
    free = Q(lease_until=None) | Q(lease_until__lte=now) | Q(lease_until__gt=now + LONGEST_LEASE)
    return Delivery.objects.filter(due, free)


def _set_right(now: datetime) -> None:
    """Bring back the moments that a clock wrote before it was set back; found from the ends of two indexes."""
    Delivery.objects.filter(due__gt=now + timedelta(seconds=LONGEST_WAIT)).update(due=now)
    Delivery.objects.filter(lease_until__gt=now + LONGEST_LEASE).update(lease_until=None, lease_token="")


def _choose(now: datetime, room: Room) -> list[Delivery]:
    """Due work in order, passing over peers that are busy or not to be called; few probes of troubled and slow ones."""
    shut, troubled = circuit.open_peers(now), circuit.troubled_peers()
    slow = circuit.slow_peers(now) - troubled
    single, busy = troubled | slow, dict(room.busy)
    left = [most - sum(busy.get(at, 0) for at in peers) for peers, most in ((troubled, MOST_PROBES), (slow, MOST_SLOW))]
    full = set().union(*(peers for peers, free in zip((troubled, slow), left, strict=True) if free <= 0))
    keys: list[int] = []
    for at, first in first_of_each_peer(now).items():
        if at not in shut | full:
            keys += first[: max(0, room.most(at, single) - busy.get(at, 0))]
    rows = _due(now).filter(pk__in=keys).order_by("due", "pk")
    chosen: list[Delivery] = []
    for row in rows.select_for_update(skip_locked=True) if _locks() else rows:
        at = NodeRef(row.participant, row.node)
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
    return chosen


def _locks() -> bool:
    """Whether the engine can lock single rows (SQLite has one writer anyway)."""
    from django.db import connections

    from liaison.node.database_router import current_database

    return bool(connections[current_database.get()].features.has_select_for_update_skip_locked)


def lease_fetch(node: Node, attachment: int) -> Lease | None:
    """Claim the fetching of one attachment for whoever waits for it, due or not; None while somebody else has it."""
    now = node.clock.now()
    with unit_of_work(node):
        rows = Delivery.objects.filter(Q(lease_until=None) | Q(lease_until__lte=now), attachment_id=attachment)
        row = rows.select_for_update(skip_locked=True).first() if _locks() else rows.first()
        return _claim(node, row, now, "") if row is not None else None


def _claim(node: Node, row: Delivery, now: datetime, worker: str) -> Lease:
    token = worker + node.entropy.draw(TOKEN - len(worker) // 2).hex()
    Delivery.objects.filter(pk=row.pk).update(lease_token=token, lease_until=now + LEASE)
    work = Work(row.kind)
    subject = getattr(row, _COLUMNS[work])
    return Lease(row.pk, token, work, row.register, NodeRef(row.participant, row.node), subject, row.attempts)


def time_for(size: int) -> timedelta:
    """How long a call that sends `size` bytes may take in all, over the slowest line that is served."""
    return PATIENCE + timedelta(seconds=size / SLOWEST_LINE)


def hold_longer(node: Node, lease: Lease, wanted: timedelta) -> None:
    """Keep a lease beyond its usual time where a call may outlast it: a large body over a poor line."""
    if wanted + SPARE > LEASE:
        with unit_of_work(node):
            held = Delivery.objects.filter(pk=lease.delivery, lease_token=lease.token)
            held.update(lease_until=node.clock.now() + wanted + SPARE)


def settle(lease: Lease) -> bool:
    """End the work inside a unit of work; False if somebody else holds it by now."""
    return bool(Delivery.objects.filter(pk=lease.delivery, lease_token=lease.token).delete()[0])


def give_back(node: Node, lease: Lease) -> None:
    """Inside a unit of work: a piece of the work is done, and the rest is due at once, behind what else waits."""
    Delivery.objects.filter(pk=lease.delivery, lease_token=lease.token).update(
        due=node.clock.now(), lease_until=None, lease_token="", attempts=0, last_error=""
    )


def free_left(node: Node, tokens: Iterable[str]) -> None:
    """Free leases whose holders could not give them back, because the disk took nothing then: due at once."""
    with unit_of_work(node):
        held = Delivery.objects.filter(lease_token__in=sorted(tokens), lease_until__isnull=False)
        held.update(due=node.clock.now(), lease_until=None, lease_token="")


def settle_copy(copy_id: int) -> None:
    """End the sending of a copy, whoever holds it, inside a unit of work: its receipt is here."""
    remove(Delivery, copy_id=copy_id, kind=Work.MESSAGE.value)


def postpone(node: Node, lease: Lease, code: str, *, peer_failed: bool, silent: bool = False) -> None:
    """Give the work back to be tried again later; a failure of the peer itself counts for its breaker."""
    now = node.clock.now()
    wait = backoff(lease.attempts, node.entropy.draw(2))
    if peer_failed:  # Its breaker spaces the calls; waiting longer than that would only find it later when it is back.
        wait = min(wait, circuit.OPEN_AT_MOST)
    if code in OWN_DISK:  # Nobody else is troubled by asking often, and the work goes on soon after space returns.
        wait = min(wait, OWN_DISK_WAIT)
    with unit_of_work(node):
        Delivery.objects.filter(pk=lease.delivery, lease_token=lease.token).update(
            due=now + wait, lease_until=None, lease_token="", attempts=F("attempts") + 1, last_error=code[:64]
        )
        if peer_failed:
            circuit.note_failure(lease.at, code[:64], now, silent=silent)


def backoff(attempts: int, chance: bytes) -> timedelta:
    """How long to wait after so many attempts: doubling up to five minutes, less up to half of it by chance."""
    longest = min(FIRST_WAIT * 2 ** min(attempts, 16), LONGEST_WAIT)
    share = int.from_bytes(chance[:2], "big") / 65536
    return timedelta(seconds=longest * (1 - share / 2))


def free_leases(node: Node, living: frozenset[str] = frozenset()) -> int:
    """Free what workers held that died, so that nothing waits for their leases; how many. `living` names the others.

    What a command holds for its first attempt is freed too and may be attempted twice, which changes nothing but the
    number of calls. A job of one of several workers is left to its lease: it may still run.
    """
    with unit_of_work(node):
        held = [Delivery.objects.filter(lease_until__isnull=False)]
        for worker in living:
            held[0] = held[0].exclude(lease_token__startswith=worker)
        if not living:
            held.append(Timer.objects.exclude(lease_until=None))
        return sum(rows.update(lease_until=None, lease_token="") for rows in held)


def next_moment(node: Node) -> datetime | None:
    """When the next work becomes due or its lease runs out; None if there is none."""
    with reading(node):
        free = Delivery.objects.filter(lease_until=None).order_by("due").values_list("due", flat=True).first()
        held = Delivery.objects.filter(lease_until__isnull=False).order_by("lease_until")
        freed = held.values_list("lease_until", flat=True).first()
    return min((moment for moment in (free, freed) if moment is not None), default=None)


_COLUMNS = {Work.MESSAGE: "copy_id", Work.RECEIPT: "receipt_id", Work.FETCH: "attachment_id"}
