"""Is it worth calling this peer now? A breaker a peer, its memory in a row that all processes share.

    closed ──3 failures in a row──► open until a moment ──the moment passes──► one probe ──it answers──► closed
                                      ▲───────────────────it fails: twice as long, at most 30 s──────┘

Invariants: an open breaker costs a dead peer's own queue and nobody else's; it never stays open longer than half a
minute at a time, so that a healed peer is found quickly; a peer that was slow or silent gets patience,
and little of the room of others.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F

from liaison.messages.parties import NodeRef
from liaison.node.models import Delivery, PeerHealth

FAILURES_TO_OPEN = 3
OPEN_FIRST = timedelta(seconds=4)
OPEN_AT_MOST = timedelta(seconds=30)
SLOW_FOR = timedelta(hours=1)
SLOW_SECONDS = 5.0
QUICK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Health:
    """What the breaker remembers of a peer."""

    failures: int = 0
    open_until: datetime | None = None
    slow: bool = False


def open_for(failures: int) -> timedelta:
    """How long the breaker stays open after so many failures in a row."""
    if failures < FAILURES_TO_OPEN:
        return timedelta(0)
    return min(OPEN_FIRST * 2 ** min(failures - FAILURES_TO_OPEN, 8), OPEN_AT_MOST)


def health(at: NodeRef, now: datetime) -> Health:
    """What is remembered of a peer, slowness for an hour; inside a reading or a unit of work."""
    row = PeerHealth.objects.filter(participant=at.participant, node=at.node).first()
    if row is None:
        return Health()
    return Health(row.failures, row.open_until, row.slow and now - row.changed_at < SLOW_FOR)


def open_peers(now: datetime) -> set[NodeRef]:
    """The peers not to be called now."""
    shut = PeerHealth.objects.filter(
        open_until__gt=now, open_until__lte=now + OPEN_AT_MOST
    )  # Later: a clock was set back.
    rows = shut.values_list("participant", "node")
    return {NodeRef(participant, node) for participant, node in rows}


def troubled_peers() -> set[NodeRef]:
    """The peers whose last call failed: one probe at a time is enough for them."""
    return {NodeRef(*row) for row in PeerHealth.objects.filter(failures__gt=0).values_list("participant", "node")}


def slow_peers(now: datetime) -> set[NodeRef]:
    """The peers that took long within the hour: one call at a time, a few to all of them, so that they delay nobody."""
    rows = PeerHealth.objects.filter(slow=True, changed_at__gt=now - SLOW_FOR).values_list("participant", "node")
    return {NodeRef(participant, node) for participant, node in rows}


def still_slow(known: Health, took: float) -> bool:
    """Whether a peer that answered after so many seconds counts as slow; a quick answer ends it."""
    return took > SLOW_SECONDS or (known.slow and took >= QUICK_SECONDS)


def note_pace(at: NodeRef, now: datetime, *, slow: bool) -> None:
    """The peer answered, quickly or not, inside a unit of work."""
    place = {"participant": at.participant, "node": at.node}
    PeerHealth.objects.update_or_create(**place, defaults={"slow": slow, "changed_at": now})


def note_failure(at: NodeRef, code: str, now: datetime, *, silent: bool) -> None:
    """One more failure in a row, inside a unit of work; `silent` (no answer in time) marks the peer as slow."""
    row, _ = PeerHealth.objects.get_or_create(
        participant=at.participant, node=at.node, defaults={"changed_at": now, "failures": 0}
    )
    wait = open_for(row.failures + 1)
    PeerHealth.objects.filter(participant=at.participant, node=at.node).update(
        failures=F("failures") + 1,
        open_until=now + wait if wait else None,
        slow=silent or row.slow,
        last_error=code,
        changed_at=now,
    )


def note_success(at: NodeRef, now: datetime) -> None:
    """The peer answered, inside a unit of work: whatever waits for it is due at once."""
    troubled = PeerHealth.objects.filter(participant=at.participant, node=at.node, failures__gt=0)
    if troubled.update(failures=0, open_until=None, last_error="", changed_at=now):
        waiting = Delivery.objects.filter(participant=at.participant, node=at.node, due__gt=now)
        waiting.update(due=now)
