"""How does a notification leave, and what is known of it afterwards? One attempt at a time, by a provider at a time.

    queued ──► sending ──► sent
      ▲  ▲        │ refused          the next provider of the channel; after the last, the next method at once
      │  └────────┤ not reached      the same, and all of them again after 15 s, 30 s … at most 15 minutes
      └───────────┘ nobody knows     killed between call and commit: once more, then `unknown` for good
    dropped                          somebody had it before it left

Invariants (docs/spec/escalation.md):
- Before anything leaves, the attempt is a row; what it said is never kept, the link it carried as a hash only.
- Whose end nobody wrote down is repeated at most once, and shown so.
- A provider that hangs holds one thread until it is given up; all others go on.
- What was on its way when somebody took it is neither repeated nor tried again.
- Who may not acknowledge at the desk any more when it would leave is not told.
- What waits for one way leaves together, and no way rings more often than `liaison.duty.gathering` allows.
"""

from __future__ import annotations

import hashlib
import itertools
import logging
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import BoundedSemaphore
from typing import Any

from django.db import connections
from django.db.models import F, Q

from liaison.duty.escalation import SET_BACK, State
from liaison.duty.gathering import SLOWEST, most_urgent
from liaison.duty.notices import Notice
from liaison.duty.plans import URGENCIES
from liaison.errors import NotNowError, UnreachableError
from liaison.messages.parties import DeskRef
from liaison.node.models import ContactMethod, NoticeGateway, Notification, NotificationAttempt, OwnDesk
from liaison.node.node import Node
from liaison.node.reads.checks.planned_work import planned_now
from liaison.node.reads.duty.rotas import at_the_desk
from liaison.node.services.escalation.gathering import NEEDED, held_until, let_go, settle_along, take_along
from liaison.node.services.escalation.handing import HANDED
from liaison.node.services.escalation.keeping import CALLED, QUIET, fresh_code
from liaison.node.services.escalation.methods import LONGEST_WAIT as LONGEST_DELAY
from liaison.node.services.escalation.queueing import wake_silent
from liaison.node.services.escalation.wording import LINKED, REPEATED, links_to, write_notice
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.wire.identifiers import encode_base64

log = logging.getLogger("liaison.escalation")

THREADS = 16
LEASE = timedelta(minutes=2)
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=15), timedelta(minutes=15)
LINK_HOURS = 12
NOT_LEFT = frozenset({"failed", "dropped"})
TOKEN = 16
WAITS_FOR_WORK, ROUTINE = frozenset({"step", "awaited", "clock"}), URGENCIES[0]
"""What waits while work is planned at a desk (docs/spec/escalation.md, "Planned work")."""


@dataclass(frozen=True, slots=True)
class Try:
    """One attempt that was written down and is to be made."""

    attempt: int
    notification: int
    channel: str
    provider: str
    address: str
    notice: Notice


class Sender:
    """Sends what is due with a bounded pool of threads; `name` is that of the worker."""

    def __init__(self, node: Node, name: str = "", *, threads: int = THREADS) -> None:
        self._node, self._name = node, name
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="notify")
        self._free = BoundedSemaphore(threads)
        self._threads = threads

    def tick(self) -> int:
        """Hand what is due to free threads; how many."""
        room = sum(self._free.acquire(blocking=False) for _ in range(self._threads))
        try:
            tries = take_due(self._node, most=room, worker=self._name)
        except BaseException:
            self._release(room)
            raise
        self._release(room - len(tries))
        for each in tries:
            self._pool.submit(self._one, each)
        return len(tries)

    def _release(self, count: int) -> None:
        for _ in range(count):
            self._free.release()

    def _one(self, each: Try) -> None:
        try:
            make_try(self._node, each)
        except Exception:
            log.exception("what came of a notification was not written down")
        finally:
            connections.close_all()
            self._free.release()


def send_due(node: Node) -> int:
    """Send what is due, one after the other, until nothing is; how many attempts were made."""
    made = 0
    while tries := take_due(node, most=THREADS):
        for each in tries:
            make_try(node, each)
        made += len(tries)
    return made


def free_tries(node: Node, living: Iterable[str]) -> None:
    """What workers that died had in hand is looked at at once, not when its lease ends."""
    with unit_of_work(node):
        mine = Notification.objects.filter(state="sending", leader=None).exclude(lease_by__in=list(living))
        mine.update(lease_until=node.clock.now(), due=node.clock.now())


def take_due(node: Node, *, most: int, worker: str = "") -> list[Try]:
    """Lease what is due and write down the attempt that is made of each."""
    now = node.clock.now()
    late = Q(due__lte=now) | _set_back(now)
    with reading(node):
        if most <= 0 or not Notification.objects.filter(late).exists():
            return []
    with unit_of_work(node):
        taking, seen = _Taking(node, now, worker), list[int]()
        while True:
            rows = Notification.objects.select_for_update(of=("self",)).select_related(*NEEDED)
            found = list(rows.filter(late, leader=None).exclude(pk__in=seen).order_by("due", "pk")[:most])
            tries = [each for row in found if (each := taking.take(row)) is not None]
            if tries or len(found) < most:  # What was held or dropped left room for what else is due.
                return tries
            seen += [row.pk for row in found]


def _set_back(now: datetime) -> Q:
    """What waits for a moment that no clock would have given it which shows `now`: it was set back since."""
    ahead = Q(made_at__gt=now + SET_BACK) | Q(rounds__gt=0, due__gt=now + LONGEST_WAIT)
    return Q(state="queued", due__isnull=False) & (ahead | Q(due__gt=now + timedelta(minutes=LONGEST_DELAY)))


class _Taking:
    """One look at what is due, inside a unit of work."""

    def __init__(self, node: Node, now: datetime, worker: str) -> None:
        self._node, self._now, self._worker = node, now, worker
        self._there: dict[tuple[str, DeskRef], tuple[int, ...]] = {}
        self._ways: set[tuple[int, bool]] = set()
        self._works = planned_now(node)

    def take(self, row: Notification) -> Try | None:
        """The attempt to make now; None where there is none to make."""
        node, now, state = self._node, self._now, row.state
        if self._told_of(row):
            return None
        if state == "sending" and not _forget_lost(row, now):
            return None
        if not self._wanted(row):
            _settle(row, "dropped", now)
            return None
        if state == "queued" and (self._waits_for_work(row) or held_until(row, now) is not None):
            return None
        providers = node.notifier.providers(row.method.channel)
        if row.provider >= len(providers):
            _note_method(row.method, "channel-not-here", now)
            _settle(row, "failed", now)
            _next_method(row, now)
            return None
        return self._begin(row, providers[row.provider])

    def _waits_for_work(self, row: Notification) -> bool:
        """Whether it waits for planned work at its desk to end; whatever else leaves by its way takes it along."""
        if row.purpose not in WAITS_FOR_WORK or row.urgency != ROUTINE:
            return False
        of = row.escalation or row.awaited or row.reminder
        ends = [each.ends for each in self._works if not each.desk or _desk_of(each) == _desk_of(of)]
        if ends:  # It is looked at again before long: the work may be ended.
            Notification.objects.filter(pk=row.pk).update(due=min(max(ends), self._now + SLOWEST))
        return bool(ends)

    def _told_of(self, row: Notification) -> bool:
        """Whether it went along with another, or waits with it, since this look began."""
        way = (row.method_id, row.exercise)
        if way in self._ways:
            return not Notification.objects.filter(pk=row.pk, state=row.state, due=row.due).exists()
        self._ways.add(way)
        return False

    def _begin(self, row: Notification, provider: str) -> Try:
        """Write down the attempt, with all that it tells of."""
        node, now = self._node, self._now
        row.lease_by, row.lease_until = self._worker, now + LEASE
        along = take_along(row, now, wanted=self._wanted)
        token = _token(node) if {row.purpose, *(each.purpose for each in along)} & LINKED else ""
        attempt = NotificationAttempt.objects.create(
            notification=row,
            provider=provider,
            state="sending",
            token_hash=hash_token(token) if token else None,
            token_until=now + timedelta(hours=LINK_HOURS) if token else None,
            at=now,
        )
        row.state, row.due, row.told_at = "sending", row.lease_until, now
        row.told_urgency = most_urgent({row.urgency, *(each.urgency for each in along)})
        row.list_code = fresh_code(node) if along else ""
        told = ("told_at", "told_urgency", "list_code")
        row.save(update_fields=["state", "lease_by", "lease_until", "due", "repeated", *told])
        notice = write_notice(node, row, link=links_to(node, token) if token else "", along=along)
        return Try(attempt.pk, row.pk, row.method.channel, attempt.provider, row.method.address, notice)

    def _wanted(self, row: Notification) -> bool:
        """Whether what it tells of still waits for somebody, and the officer may still be told."""
        return _wanted(row) and self._may_be_told(row)

    def _may_be_told(self, row: Notification) -> bool:
        """Whether the officer is still one of the desk, or of another own desk that a step told, and not gone since."""
        of = row.escalation or row.awaited
        if of is None:
            return bool(row.officer.is_active)
        place = {"register": of.register, "participant": of.participant, "node": of.node}
        others = OwnDesk.objects.filter(**place).exclude(desk=of.desk).values_list("desk", flat=True)
        desks = (DeskRef(of.participant, of.node, name) for name in itertools.chain((of.desk,), others))
        return any(row.officer_id in self._at(of.register, desk) for desk in desks)

    def _at(self, register: str, desk: DeskRef) -> tuple[int, ...]:
        """Who is at a desk, asked once a look."""
        if (register, desk) not in self._there:
            self._there[register, desk] = at_the_desk(self._node, register, desk, self._now)
        return self._there[register, desk]


def _desk_of(row: Any) -> tuple[str, str, str, str]:
    return row.register, row.participant, row.node, row.desk


def _wanted(row: Notification) -> bool:
    """Whether what it tells of still waits for somebody; what was on its way when they took it could not be dropped."""
    if row.escalation is not None and row.purpose == HANDED:
        return bool(row.escalation.handed_to == row.officer_id)
    if row.escalation is not None and row.purpose == CALLED:
        return bool(row.escalation.state != State.OVER.value)
    if row.escalation is not None:
        return State(row.escalation.state) not in QUIET
    return row.awaited is None or row.awaited.answered_at is None


def _forget_lost(row: Notification, now: datetime) -> bool:
    """An attempt whose end nobody wrote down: whether it is made once more."""
    row.attempts.filter(state="sending").update(state="unknown", ended_at=now)
    if row.repeated:
        _end(row, "unknown", now)
        return False
    let_go(row, due=now, repeated=True)
    if not _wanted(row):  # Somebody took it while no worker ran.
        _settle(row, "unknown", now)
        return False
    row.repeated = True
    return True


def make_try(node: Node, each: Try) -> None:
    """Make one attempt and write down what came of it."""
    error: UnreachableError | None = None
    try:
        node.notifier.tell(each.channel, each.provider, each.address, each.notice)
    except UnreachableError as refused:
        error = refused
    except Exception as failed:  # noqa: BLE001 — a provider's own mistake costs this attempt, never the next one.
        log.error("a provider failed: %s", type(failed).__name__)  # Its words may name the address.
        error = UnreachableError("notice-not-taken")
    try:
        with unit_of_work(node):
            _note(node, each, error)
    except NotNowError:
        return  # Not even that could be written: the lease ends, and what came of it is unknown.


def _note(node: Node, each: Try, error: UnreachableError | None) -> None:
    """Inside a unit of work: how an attempt ended, and what follows from it."""
    now = node.clock.now()
    code = error.code if error is not None else ""
    mine = NotificationAttempt.objects.filter(pk=each.attempt, state="sending")
    if not mine.update(state="failed" if error else "sent", error=code[:64], ended_at=now):
        return  # It took so long that it counts as unknown.
    row = Notification.objects.select_for_update(of=("self",)).select_related("method").get(pk=each.notification)
    _note_method(row.method, code, now)
    _note_gateway(each.channel, each.provider, code, now)
    if error is None:
        settle_along(row, "sent", now)
        _settle(row, "sent", now)
        return
    if row.provider + 1 < len(node.notifier.providers(row.method.channel)):
        _again(row, now, provider=row.provider + 1)
    elif error.permanent or row.purpose not in REPEATED:
        _end(row, "failed", now)
    else:
        rounds, along = row.rounds + 1, list(row.followers.filter(state="sending"))
        _again(row, now + min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(rounds - 1, 10)), provider=0, rounds=rounds)
        for told in (row, *along):
            _next_method(told, now)


def _end(row: Notification, state: str, now: datetime) -> None:
    """Inside a unit of work: nothing more comes of it, nor of what went along; the officer's next ways are used."""
    for told in (*settle_along(row, state, now), row):
        _next_method(told, now)
    _settle(row, state, now)


def _note_gateway(channel: str, provider: str, code: str, now: datetime) -> None:
    """Inside a unit of work: a gateway took something, or fails since the first of its newest failures."""
    row, _ = NoticeGateway.objects.select_for_update().get_or_create(
        channel=channel, provider=provider, defaults={"tried_at": now}
    )
    failing: dict[str, Any] = {"failures": 0, "failing_since": None, "last_error": ""}
    if code:
        failing = {"failures": row.failures + 1, "failing_since": row.failing_since or now, "last_error": code[:64]}
    NoticeGateway.objects.filter(pk=row.pk).update(**failing, tried_at=now)


def _note_method(method: ContactMethod, code: str, now: datetime) -> None:
    """A method works, or is failing since its first failure after it last worked."""
    rows = ContactMethod.objects.filter(pk=method.pk)
    if not code:
        rows.update(worked_at=now, failing_since=None, last_error="", failures=0)
        return
    rows.update(last_error=code[:64], failures=F("failures") + 1)
    rows.filter(failing_since=None).update(failing_since=now)


def _again(row: Notification, due: datetime, **changes: Any) -> None:
    """It did not leave: it is tried again, as everything that went along."""
    let_go(row, due=due, **changes)
    values = {"state": "queued", "due": due, "lease_until": None, "lease_by": "", **changes}
    Notification.objects.filter(pk=row.pk).update(**values, told_at=None, list_code="")


def _settle(row: Notification, state: str, now: datetime) -> None:
    values = {"state": state, "due": None, "lease_until": None, "lease_by": "", "settled_at": now}
    forgotten = {"code": ""} if row.purpose == "verify" else {}  # From now on its hash alone is known here.
    silent = {"told_at": None} if state in NOT_LEFT else {}  # What did not ring holds up nothing.
    Notification.objects.filter(pk=row.pk).update(**values, **forgotten, **silent, repeated=row.repeated)


def _next_method(row: Notification, now: datetime) -> None:
    """The officer's next method of the same step does not wait any longer."""
    same = {name: getattr(row, name) for name in ("purpose", "escalation_id", "awaited_id", "reminder_id")}
    rest = Notification.objects.filter(**same, cycle=row.cycle, place=row.place, officer=row.officer_id)
    if row.purpose not in REPEATED:
        return
    waiting = rest.filter(state="queued", rounds=0).exclude(pk=row.pk).order_by("due", "pk").first()
    if waiting is not None:
        Notification.objects.filter(pk=waiting.pk, due__gt=now).update(due=now)
    elif not rest.filter(Q(state__in=("sending", "sent")) & ~Q(pk=row.pk)).exists():
        wake_silent(row, now)


def _token(node: Node) -> str:
    return encode_base64(node.entropy.draw(TOKEN)).rstrip("=").replace("+", "-").replace("/", "_")


def hash_token(token: str) -> str:
    """What is kept of the token of a link."""
    return hashlib.sha256(b"liaison.have.v1\0" + token.encode()).hexdigest()
