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

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import connections
from django.db.models import Case, F, Q, When

from liaison.messages.parties import NodeRef
from liaison.node.database_router import current_database
from liaison.node.models import Delivery, Timer
from liaison.node.node import Node
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.node.work import circuit
from liaison.node.work.statements import add, remove

LEASE = timedelta(seconds=180)
FIRST_WAIT = 1.0
LONGEST_WAIT = 300.0
OWN_DISK = frozenset({"disk-nearly-full", "storage-refused"})
OWN_DISK_WAIT = timedelta(seconds=5)
TOKEN = 16
SLOWEST_LINE = 1000
PATIENCE = timedelta(seconds=90)
SPARE = timedelta(seconds=30)
LONGEST_LEASE = PATIENCE + timedelta(seconds=2**19 / SLOWEST_LINE) + SPARE  # A message is at most half a mebibyte.


class Work(StrEnum):
    """What is to be done at a peer."""

    MESSAGE = "message"
    RECEIPT = "receipt"
    FETCH = "fetch"
    LEAVE = "leave"
    MAIL = "mail"


BULK = frozenset({Work.FETCH.value, Work.LEAVE.value})
"""What moves files: it leaves room for what is short."""
AHEAD = timedelta(minutes=10)
"""So far before files that wait for the same peer stands what is short, though it came later."""


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
        due=now if work in BULK else now - AHEAD,
        since=now,
        lease_token=token,
        lease_until=now + LEASE if leased else None,
        **{_COLUMNS[work]: subject},
    )
    return Lease(key, token, work, register, at, subject, 0)


def due_work(now: datetime) -> Any:
    """What is due and free; a moment further ahead than is ever written here stems from a clock that was set back."""
    due = Q(due__lte=now) | Q(due__gt=now + timedelta(seconds=LONGEST_WAIT))
    return Delivery.objects.filter(due, unleased(now))


def unleased(now: datetime) -> Q:
    """What nobody holds now."""
    return Q(lease_until=None) | Q(lease_until__lte=now) | Q(lease_until__gt=now + LONGEST_LEASE)


def set_right(now: datetime) -> None:
    """Bring back the moments that a clock wrote before it was set back; found from the ends of two indexes."""
    Delivery.objects.filter(due__gt=now + timedelta(seconds=LONGEST_WAIT)).update(due=now)
    Delivery.objects.filter(lease_until__gt=now + LONGEST_LEASE).update(lease_until=None, lease_token="")


def lease_fetch(node: Node, attachment: int) -> Lease | None:
    """Claim the fetching of one attachment for whoever waits for it, due or not; None while somebody else has it."""
    now = node.clock.now()
    with unit_of_work(node):
        rows = Delivery.objects.filter(Q(lease_until=None) | Q(lease_until__lte=now), attachment_id=attachment)
        return next(iter(claim(node, locked(rows)[:1], now, "")), None)


def locked(rows: Any) -> Any:
    """The rows, locked and those passed over that others hold, where the engine can (SQLite has one writer anyway)."""
    able = connections[current_database.get()].features.has_select_for_update_skip_locked
    return rows.select_for_update(skip_locked=True) if able else rows


def claim(node: Node, rows: Iterable[Delivery], now: datetime, worker: str) -> list[Lease]:
    """Leases on free rows, all under one token, inside a unit of work."""
    held = list(rows)
    token = worker + node.entropy.draw(TOKEN - len(worker) // 2).hex()
    Delivery.objects.filter(pk__in=[row.pk for row in held]).update(lease_token=token, lease_until=now + LEASE)
    return [_lease(row, token) for row in held]


def _lease(row: Delivery, token: str) -> Lease:
    work = Work(row.kind)
    subject = getattr(row, _COLUMNS[work])
    return Lease(row.pk, token, work, row.register, NodeRef(row.participant, row.node), subject, row.attempts)


def time_for(size: int) -> timedelta:
    """How long a call that sends `size` bytes may take in all, over the slowest line that is served."""
    return PATIENCE + timedelta(seconds=size / SLOWEST_LINE)


def hold_longer(node: Node, lease: Lease, wanted: timedelta, *, held: timedelta = timedelta(0)) -> None:
    """Keep a lease, `held` so long already, beyond its usual time where a call may outlast it: a large body over a poor
    line.

    Never beyond `LONGEST_LEASE`, which counts as the work of a clock that was set back and is taken away.
    """
    if held + wanted + SPARE > LEASE:
        with unit_of_work(node):
            rows = Delivery.objects.filter(pk=lease.delivery, lease_token=lease.token)
            rows.update(lease_until=node.clock.now() + min(wanted + SPARE, LONGEST_LEASE))


def settle(lease: Lease) -> bool:
    """End the work inside a unit of work; False if somebody else holds it by now."""
    return bool(Delivery.objects.filter(pk=lease.delivery, lease_token=lease.token).delete()[0])


def give_back(node: Node, lease: Lease) -> None:
    """Inside a unit of work: a piece of the work is done, and the rest is due at once, behind what else waits."""
    Delivery.objects.filter(pk=lease.delivery, lease_token=lease.token).update(
        due=node.clock.now(), lease_until=None, lease_token="", attempts=0, last_error="", error_since=None
    )


def free_left(node: Node, tokens: Iterable[str]) -> None:
    """Free leases whose holders could not give them back, because the disk took nothing then: due at once."""
    with unit_of_work(node):
        held = Delivery.objects.filter(lease_token__in=sorted(tokens), lease_until__isnull=False)
        held.update(due=node.clock.now(), lease_until=None, lease_token="")


def release(node: Node, leases: Iterable[Lease], *, wait: float) -> None:
    """Give back what was not attempted: to be taken at once, or after so many seconds."""
    later = {"due": node.clock.now() + timedelta(seconds=wait)} if wait else {}
    with unit_of_work(node):
        for token, each in itertools.groupby(leases, key=lambda lease: lease.token):
            held = Delivery.objects.filter(pk__in=[lease.delivery for lease in each], lease_token=token)
            held.update(lease_until=None, lease_token="", **later)


def settle_copy(copy_id: int, work: Work = Work.MESSAGE) -> bool:
    """End the sending of a copy, whoever holds it, inside a unit of work: its receipt is here, or its mail is out.

    Files of it that are still being left in a letter box go on. False if it had ended before.
    """
    return bool(remove(Delivery, copy_id=copy_id, kind=work.value))


def postpone(
    node: Node,
    lease: Lease,
    code: str,
    *,
    peer_failed: bool,
    silent: bool = False,
    at_least: timedelta = timedelta(0),
) -> None:
    """Give the work back to be tried again later; a failure of the peer itself counts for its breaker."""
    now = node.clock.now()
    wait = max(backoff(lease.attempts, node.entropy.draw(2)), at_least)
    if peer_failed:  # Its breaker spaces the calls; waiting longer than that would only find it later when it is back.
        wait = min(wait, circuit.OPEN_AT_MOST)
    if code in OWN_DISK:  # Nobody else is troubled by asking often, and the work goes on soon after space returns.
        wait = min(wait, OWN_DISK_WAIT)
    with unit_of_work(node):
        Delivery.objects.filter(pk=lease.delivery, lease_token=lease.token).update(
            due=now + wait,
            lease_until=None,
            lease_token="",
            attempts=F("attempts") + 1,
            error_since=Case(When(last_error=code[:64], error_since__isnull=False, then=F("error_since")), default=now),
            last_error=code[:64],
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


_COLUMNS = {
    Work.MESSAGE: "copy_id",
    Work.RECEIPT: "receipt_id",
    Work.FETCH: "attachment_id",
    Work.LEAVE: "copy_id",
    Work.MAIL: "copy_id",
}
