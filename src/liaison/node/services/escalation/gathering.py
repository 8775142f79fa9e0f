"""What leaves together with a notification, and may it leave yet?

    until = held_until(row, now)                   None: it may; else when, and all that waits for its way with it
    along = take_along(row, now, wanted=…)         the others that it tells of, in its hands from now on
    settle_along(row, "sent", now)                 they share its end
    let_go(row, due=…)                             it did not leave: each waits for itself again

Invariants (docs/adr/0048):
- What is gathered is of one way, one purpose, and all of an exercise or none of it; each message goes on escalating.
- Who leads and who goes along is settled for one attempt alone, in the transaction that writes the attempt down.
- What was on its way when a worker died goes along only with what was so too, so that it is repeated once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q

from liaison.duty.gathering import LONGEST, Ring, most_urgent, rings_at
from liaison.node.models import Notification

GATHERED = frozenset({"step", "awaited", "clock"})
MOST_ALONG = 1000
NEEDED = ("method", "officer", "escalation", "awaited", "reminder")
"""What is asked of a notification before it leaves."""


def held_until(row: Notification, now: datetime) -> datetime | None:
    """Inside the unit of work: until when what waits for the way of a notification is held, and then held it is."""
    if row.purpose not in GATHERED:
        return None
    rings = _like(row).filter(told_at__gt=now - LONGEST).exclude(pk=row.pk).values_list("told_at", "told_urgency")
    found = [Ring(*each) for each in rings]
    if not found:
        return None
    waiting = _waiting(row, now)
    urgency = most_urgent({row.urgency, *waiting.values_list("urgency", flat=True).distinct()})
    until = rings_at(found, urgency, now)
    if until <= now:
        return None
    waiting.filter(due__lt=until).update(due=until)
    Notification.objects.filter(pk=row.pk).update(due=until)
    return until


def take_along(row: Notification, now: datetime, *, wanted: Callable[[Notification], bool]) -> int:
    """Inside the unit of work: what else waits for the same way is in the hands of this one from now on; how many."""
    if row.purpose not in GATHERED:
        return 0
    waiting = _waiting(row, now).select_for_update(of=("self",)).select_related(*NEEDED)
    found = waiting.order_by("pk")[:MOST_ALONG]
    along = [each for each in found if wanted(each)]
    row.told_urgency = most_urgent({row.urgency, *(each.urgency for each in along)})
    held = {"state": "sending", "leader": row, "lease_by": row.lease_by, "lease_until": row.lease_until}
    Notification.objects.filter(pk__in=[each.pk for each in along]).update(**held, due=row.lease_until)
    return len(along)


def settle_along(row: Notification, state: str, now: datetime) -> list[Notification]:
    """Inside a unit of work: what went along ended as its carrier did; which."""
    found = list(row.followers.filter(state="sending").select_related("method"))
    ended = {"state": state, "due": None, "lease_until": None, "lease_by": "", "settled_at": now}
    row.followers.filter(state="sending").update(**ended, repeated=row.repeated)
    return found


def let_go(row: Notification, *, due: datetime, **changes: Any) -> None:
    """Inside a unit of work: what went along waits for itself again."""
    free = {"state": "queued", "due": due, "leader": None, "lease_until": None, "lease_by": "", **changes}
    row.followers.filter(state="sending").update(**free)


def carried_by(row: Notification) -> Iterable[Notification]:
    """Inside a reading: a notification and all that it told of."""
    return (row, *row.followers.select_related(*NEEDED).order_by("pk"))


def _like(row: Notification) -> Any:
    """What is told by the same way, for the same reason."""
    same = {"method": row.method_id, "purpose": row.purpose, "exercise": row.exercise}
    return Notification.objects.filter(**same)


def _waiting(row: Notification, now: datetime) -> Any:
    """Of that, what could leave now but for the others; what was tried before only when its time has come."""
    ripe = Q(due__lte=now) | Q(rounds=0, provider=0, made_at__lte=now - row.method.wait)
    others = _like(row).filter(ripe, state="queued", due__isnull=False, repeated=row.repeated)
    return others.exclude(pk=row.pk)
