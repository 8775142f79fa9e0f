"""How does a program hear what happened without asking? Events of a desk are posted to it, signed, until it took them.

    made = add_webhook(node, seat, "https://tickets.xc.example/hook", by=7)     made.secret, shown this once
    deliver_webhooks(node)                    what is due, by the worker: the events behind `reached`, in order

    webhook-id: liaison-3-17 · webhook-timestamp: 1795311720
    webhook-signature: v1,base64(HMAC-SHA256(secret, id.timestamp.body))            as Standard Webhooks has it
    {"type": "message-received", "timestamp": "…", "data": {"number": 17, "case": "…", …, "exercise": false}}

Invariants:
- A hook is a place in the desk's stream of events: what it took is behind `reached`, so nothing is left out and nothing
  piles up while it is away; the same event may come twice, with the same id. What was forgotten meanwhile is a line of
  its log, and it goes on with the oldest that is kept.
- A hook has one lease: one worker at a time sends to it, and a killed one loses the lease, not the place. A program
  that answers slowly has a turn of `TURN` and waits for its next while others have theirs.
- What is refused is tried again after 5 s, 10 s, 20 s … at most an hour, for three days; then the hook stops, and the
  page says so. Nothing of a message is ever sent.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connections
from django.db.models import Q

from liaison.errors import UnreachableError, UsageError
from liaison.messages.parties import DeskRef
from liaison.node.models import EventHead, Webhook, WebhookAttempt
from liaison.node.node import Node
from liaison.node.services.people.audit import note
from liaison.node.services.people.officers import Seat, desk_filter
from liaison.node.services.programs.events import Event, events_after, first_kept, last_event, listen
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.wire.identifiers import encode_base64, format_instant

SECRET_BYTES = 32
MOST_EACH = 5
LONGEST_URL = 2000
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(hours=1)
GIVEN_UP = timedelta(days=3)
LEASE = timedelta(minutes=5)
TURN = 30
"""Seconds after which a turn takes no further event; with the longest post still far below `LEASE`."""
AT_ONCE, THREADS = 50, 4
LOGGED = 200
GONE = 410
TEST = "webhook-test"
"""The kind of an event that tells of nothing."""
FORGOTTEN = "events-forgotten"
"""The kind of a line that stands for events which were kept no more: the last of them has its number."""


@dataclass(frozen=True, slots=True)
class MadeHook:
    """A fresh webhook; `secret` is told nowhere else."""

    number: int
    secret: str


@dataclass(frozen=True, slots=True)
class Tried:
    """One line of the delivery log."""

    number: int
    kind: str
    at: datetime
    status: int
    error: str

    @property
    def taken(self) -> bool:
        """Whether the program took it."""
        return is_taken(self.status)


@dataclass(frozen=True, slots=True)
class HookRead:
    """A webhook with the newest lines of its log; `waiting` events are still to be sent."""

    number: int
    url: str
    made_at: datetime
    waiting: int
    attempts: int
    due: datetime
    stopped_at: datetime | None
    log: tuple[Tried, ...]


def add_webhook(node: Node, seat: Seat, url: str, *, by: int) -> MadeHook:
    """Send the events of the desk from now on to an address. Raises UsageError, UnreachableError."""
    if not 0 < len(url) <= LONGEST_URL:
        raise UsageError("webhook-url-missing", limit=LONGEST_URL)
    node.webhooks.check(url)
    seed, now = node.entropy.draw(SECRET_BYTES), node.clock.now()
    name = hashlib.sha256(b"liaison.webhook.v1\0" + node.entropy.draw(SECRET_BYTES)).hexdigest()
    node.vault.store(name, seed)
    with unit_of_work(node):
        if _of(seat).count() >= MOST_EACH:
            raise UsageError("webhooks-too-many", limit=MOST_EACH)
        listen(seat)
        row = Webhook.objects.create(
            register=seat.register,
            **desk_filter(seat.desk),
            url=url,
            secret=name,
            reached=last_event(node, seat),
            due=now,
            made_by=by,
            made_at=now,
        )
        note(node, "webhook-added", officer=by, subject=str(row.pk), participant=seat.desk.participant)
    return MadeHook(row.pk, f"whsec_{encode_base64(seed)}")


def remove_webhook(node: Node, seat: Seat, number: int, *, by: int) -> None:
    """Send nothing there any more. Raises UsageError."""
    with unit_of_work(node):
        row = _find(seat, number)
        node.vault.destroy(row.secret)
        row.delete()
        note(node, "webhook-removed", officer=by, subject=str(number), participant=seat.desk.participant)


def try_again(node: Node, seat: Seat, number: int, *, by: int) -> None:
    """Try a stopped or waiting webhook at once. Raises UsageError."""
    with unit_of_work(node):
        row = _find(seat, number)
        now = node.clock.now()
        Webhook.objects.filter(pk=row.pk).update(due=now, attempts=0, failing_since=None, stopped_at=None)
        note(node, "webhook-tried-again", officer=by, subject=str(number), participant=seat.desk.participant)


def send_test(node: Node, seat: Seat, number: int, *, by: int) -> Tried:
    """Send a signed event that tells of nothing (`TEST`, number 0) at once; what came of it. Raises UsageError."""
    with unit_of_work(node):
        row = _find(seat, number)
        note(node, "webhook-tested", officer=by, subject=str(number), participant=seat.desk.participant)
    event = Event(0, TEST, "", "", node.clock.now())
    tried = _post(node, row, event, name=f"test-{node.entropy.draw(8).hex()}")
    with unit_of_work(node):
        if _of(seat).filter(pk=number).exists():
            _log(number, tried)
    return tried


def list_webhooks(node: Node, seat: Seat) -> list[HookRead]:
    """The webhooks of a desk."""
    with reading(node):
        last = last_event(node, seat)
        return [_read(row, last) for row in _of(seat).order_by("pk")]


def deliver_webhooks(node: Node) -> int:
    """Send what is due, a few hooks at once; to how many. A hook that hangs keeps no other waiting."""
    leased = _take(node)
    if len(leased) > 1:
        with ThreadPoolExecutor(min(THREADS, len(leased)), thread_name_prefix="webhooks") as pool:
            list(pool.map(lambda row: _deliver_in_thread(node, row), leased))
    else:
        for row in leased:
            _deliver(node, row)
    return len(leased)


def sign(seed: bytes, name: str, at: int, body: bytes) -> str:
    """The signature of a webhook request."""
    told = f"{name}.{at}.".encode() + body
    return f"v1,{encode_base64(hmac.digest(seed, told, 'sha256'))}"


def is_taken(status: int) -> bool:
    """Whether an answer says that the event was taken."""
    return 200 <= status < 300


def _take(node: Node) -> list[Webhook]:
    """Lease every hook that is due and has something to send."""
    now = node.clock.now()
    with reading(node):
        if not _due(now).exists():
            return []
    with unit_of_work(node):
        rows = list(_due(now).select_for_update())
        for row in rows:
            row.lease_until, row.lease_token = now + LEASE, node.entropy.draw(16).hex()
            row.save(update_fields=["lease_until", "lease_token"])
    return rows


def _due(now: datetime) -> Any:
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    rows = Webhook.objects.filter(free, stopped_at=None, due__lte=now)
    behind = [
        row.pk
        for row in rows
        if EventHead.objects.filter(register=row.register, **desk_filter(_desk(row)), last__gt=row.reached).exists()
    ]
    return rows.filter(pk__in=behind)


def _deliver_in_thread(node: Node, row: Webhook) -> None:
    try:
        _deliver(node, row)
    finally:
        connections.close_all()


def _deliver(node: Node, row: Webhook) -> None:
    """Send events in order until one is refused, none is left, or it is the turn of others."""
    seat = Seat(row.register, _desk(row), frozenset())
    try:
        events = events_after(node, seat, row.reached, limit=AT_ONCE)
    except UsageError as error:  # Away for so long that the next events were forgotten.
        kept = first_kept(node, seat)
        tried = Tried(kept - 1, FORGOTTEN, node.clock.now(), 0, error.code)
        _settle(node, row, tried, reached=kept - 1)
        return
    begun = node.clock.monotonic()
    for event in events:
        tried = _post(node, row, event)
        if not _note(node, row, tried):
            return
        if node.clock.monotonic() - begun >= TURN:
            break
    _settle(node, row)


def _post(node: Node, row: Webhook, event: Event, *, name: str = "") -> Tried:
    at, seed = node.clock.now(), node.vault.load(row.secret)
    name, seconds = f"liaison-{row.pk}-{name or event.number}", int(at.timestamp())
    body = json.dumps(told(event)).encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "liaison",
        "webhook-id": name,
        "webhook-timestamp": str(seconds),
        "webhook-signature": sign(seed, name, seconds, body),
    }
    try:
        status, error = node.webhooks.post(row.url, body, headers), ""
    except UnreachableError as refused:
        status, error = 0, refused.code
    return Tried(event.number, event.kind, at, status, error)


def told(event: Event) -> dict[str, Any]:
    """What a webhook says of an event."""
    data = {"number": event.number, "case": event.case, "message": event.message, "exercise": event.exercise}
    return {"type": event.kind, "timestamp": format_instant(event.at), "data": data}


def _note(node: Node, row: Webhook, tried: Tried) -> bool:
    """Write a line of the log and where the hook stands now; whether to send the next."""
    if tried.taken:
        return _settle(node, row, tried, reached=tried.number, attempts=0, failing_since=None, holds=True)
    now, since = node.clock.now(), row.failing_since or tried.at
    wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(row.attempts, 12))
    stopped = now if tried.status == GONE or now - since >= GIVEN_UP else None
    _settle(node, row, tried, attempts=row.attempts + 1, failing_since=since, due=now + wait, stopped_at=stopped)
    return False


def _settle(node: Node, row: Webhook, tried: Tried | None = None, *, holds: bool = False, **values: Any) -> bool:
    """Write what changed under the lease, which ends unless it `holds`; whether it was still this worker's."""
    if not holds:
        values |= {"lease_until": None, "lease_token": ""}
    with unit_of_work(node):
        mine = Webhook.objects.filter(pk=row.pk, lease_token=row.lease_token)
        if not mine.update(**values):
            return False
        if tried is not None:
            _log(row.pk, tried)
    for name, value in values.items():
        setattr(row, name, value)
    return True


def _log(hook: int, tried: Tried) -> None:
    """Write one line and forget those beyond `LOGGED`."""
    log = WebhookAttempt.objects
    log.create(hook_id=hook, **{name: getattr(tried, name) for name in Tried.__slots__})
    old = log.filter(hook=hook).order_by("-pk").values_list("pk", flat=True)[LOGGED : LOGGED + 1]
    log.filter(hook=hook, pk__lte=next(iter(old), 0)).delete()


def _of(seat: Seat) -> Any:
    return Webhook.objects.filter(register=seat.register, **desk_filter(seat.desk))


def _find(seat: Seat, number: int) -> Webhook:
    row = _of(seat).filter(pk=number).first()
    if row is None:
        raise UsageError("webhook-not-found", number=number)
    return row


def _desk(row: Webhook) -> DeskRef:
    return DeskRef(row.participant, row.node, row.desk)


def _read(row: Webhook, last: int) -> HookRead:
    log = row.log.order_by("-pk").values_list(*Tried.__slots__)[:50]
    waiting, tried = max(0, last - row.reached), tuple(Tried(*each) for each in log)
    return HookRead(row.pk, row.url, row.made_at, waiting, row.attempts, row.due, row.stopped_at, tried)
