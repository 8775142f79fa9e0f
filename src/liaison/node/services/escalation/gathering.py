"""What leaves together with a notification, and may it leave yet?

    until = held_until(row, now)                   None: it may; else when, and all that waits for its way with it
    along = take_along(row, now, wanted=…)         the others that it tells of, in its hands from now on
    settle_along(row, "sent", now)                 they share its end
    let_go(row, due=…)                             it did not leave: each waits for itself again

Invariants (docs/adr/0048):
- What is gathered is of one way, and all of an exercise or none of it; each message goes on escalating.
- Who leads and who goes along is settled for one attempt alone, in the transaction that writes the attempt down.
- What was on its way when a worker died goes along only with what was so too, so that it is repeated once.
- What an officer asked for at their own ways, a code or a test, is neither held nor counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q

from liaison.duty.gathering import HOUR, SLOWEST, Ring, below_ceiling, most_urgent, rings_at
from liaison.node.models import Notification

GATHERED = frozenset({"step", "handed", "called", "awaited", "clock"})
OWN_TRIES = ("verify", "test")
MOST_ALONG = 1000
NEEDED = ("method", "officer", "escalation", "awaited", "reminder")
"""What is asked of a notification before it leaves."""


def held_until(row: Notification, now: datetime) -> datetime | None:
    """Inside the unit of work: until when what waits for the way of a notification is held, and then held it is."""
    rings = _rings(row, now) if row.purpose in GATHERED else []
    if not rings:
        return None
    waiting = _waiting(row, now)
    urgency = most_urgent({row.urgency, *waiting.values_list("urgency", flat=True).distinct()})
    soon = rings_at((each for each in rings if each.exercise == row.exercise), urgency, now)
    slowly = below_ceiling(rings, urgency, now, exercise=row.exercise)
    until = min(max(soon, slowly), now + SLOWEST)  # Then it is looked at again.
    if until <= now:
        return None
    waiting.filter(due__lt=until).update(due=until)
    Notification.objects.filter(pk=row.pk).update(due=until)
    return until


def take_along(row: Notification, now: datetime, *, wanted: Callable[[Notification], bool]) -> tuple[Notification, ...]:
    """Inside the unit of work: what else waits for the same way is in the hands of this one from now on; which."""
    if row.purpose not in GATHERED:
        return ()
    waiting = _waiting(row, now).select_for_update(of=("self",)).select_related(*NEEDED)
    found = waiting.order_by("pk")[:MOST_ALONG]
    along = tuple(each for each in found if wanted(each))
    held = {"state": "sending", "leader": row, "lease_by": row.lease_by, "lease_until": row.lease_until}
    Notification.objects.filter(pk__in=[each.pk for each in along]).update(**held, due=row.lease_until)
    return along


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


def _rings(row: Notification, now: datetime) -> list[Ring]:
    """What rang by the same way in the last hour."""
    rows = Notification.objects.filter(method=row.method_id, told_at__gt=now - HOUR).exclude(pk=row.pk)
    counted = rows.exclude(purpose__in=OWN_TRIES).values_list("told_at", "told_urgency", "exercise")
    return [Ring(*each) for each in counted]


def _waiting(row: Notification, now: datetime) -> Any:
    """What could leave now by the same way but for the others; what was tried before only when its time has come."""
    ripe = Q(due__lte=now) | Q(rounds=0, provider=0, made_at__lte=now - row.method.wait)
    same = {"method": row.method_id, "exercise": row.exercise, "repeated": row.repeated, "purpose__in": GATHERED}
    return Notification.objects.filter(ripe, **same, state="queued", due__isnull=False).exclude(pk=row.pk)
