"""When is a check due?

    slot(own, peer, now)                                      the moment of each day at which one node looks at another
    is_due(own, peer, last=…, since=…, now=now)
    next_round(Cadence.MONTHLY, begun, drawn=b"…")            when persons are asked again; None for "by hand"

Invariants (docs/spec/checks.md):
- the moment of the day follows from both names alone, so that the checks of many nodes are spread over the day and the
  same two talk at the same time each day;
- a node that was never looked at waits for its first moment, and one whose moments were missed is looked at once;
- chance is an argument: the same bytes give the same day.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from enum import StrEnum

from liaison.register.vocabulary import NodeRef

DAY = timedelta(days=1)
EARLIEST, LATEST = timedelta(days=30), timedelta(days=90)
"""The window of a round at random, counted from the round before."""


class Cadence(StrEnum):
    """How often the persons at the other desks are asked."""

    BY_HAND = "by-hand"
    HALF_YEARLY = "half-yearly"
    MONTHLY = "monthly"
    RANDOM = "random"


EVERY = {Cadence.HALF_YEARLY: timedelta(days=182), Cadence.MONTHLY: timedelta(days=30)}


def slot(own: NodeRef, peer: NodeRef, now: datetime) -> datetime:
    """The latest moment, not after `now`, at which `own` looks at `peer`."""
    names = "\0".join((own.participant, own.node, peer.participant, peer.node))
    second = int.from_bytes(hashlib.sha256(names.encode()).digest()[:8], "big") % int(DAY.total_seconds())
    moment = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(seconds=second)
    return moment if moment <= now else moment - DAY


def is_due(own: NodeRef, peer: NodeRef, *, last: datetime | None, since: datetime, now: datetime) -> bool:
    """Whether `own`, which began at `since` and last looked at `last`, has to look at `peer`.

    A look that lies ahead stems from a clock that was set back since, and counts as none.
    """
    looked = last if last is not None and last <= now else since
    return looked < slot(own, peer, now)


def next_round(cadence: Cadence, begun: datetime, *, drawn: bytes) -> datetime | None:
    """When the round after the one that began at `begun` begins; at random by at least eight bytes `drawn`."""
    if cadence is Cadence.RANDOM:
        span = int((LATEST - EARLIEST).total_seconds())
        return begun + EARLIEST + timedelta(seconds=int.from_bytes(drawn[:8], "big") % (span + 1))
    return begun + EVERY[cadence] if cadence in EVERY else None
