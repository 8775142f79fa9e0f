"""How does an officer say by which ways they are told, and are those ways proved?

    made = add_method(node, officer=7, channel="sms", address="+41 …", …)     a code goes there
    confirm_method(node, 7, made, "4821")                                     from now on it is used
    try_method(node, 7, made)                                                 a test that says it is one

Invariants: a way is used only after the code that was sent there came back within an hour, five tries at most; an
officer changes their own ways and nobody else's; addresses are in no audit line and no log.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from liaison.duty.hours import make_hours
from liaison.duty.plans import URGENCIES
from liaison.errors import UsageError
from liaison.node.models import ContactMethod, Notification, NotificationAttempt
from liaison.node.node import Node
from liaison.node.services.escalation.keeping import drop_queued
from liaison.node.services.people.audit import note
from liaison.node.unit_of_work import reading, unit_of_work

MOST_EACH = 10
CODES, CODE_FOR, TRIES = 1_000_000, timedelta(hours=1), 5
LONGEST_WAIT = 120
LABEL = 80
WAY = ("urgency", "after_minutes", "weekdays", "begins", "ends", "any_time_from")
LOGGED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """What an officer says of a way: from which urgency on it is used, how many minutes after a step began, and when.

    `weekdays`, `begins`, `ends` and `any_time_from` are as `liaison.duty.hours.make_hours` takes them.
    """

    urgency: str = "routine"
    after_minutes: int = 0
    weekdays: str = ""
    begins: str = ""
    ends: str = ""
    any_time_from: str = ""

    def __post_init__(self) -> None:
        if self.urgency not in URGENCIES or not 0 <= self.after_minutes <= LONGEST_WAIT:
            raise UsageError("method-way", most=LONGEST_WAIT)
        make_hours(self.weekdays, self.begins, self.ends, self.any_time_from)

    def columns(self) -> dict[str, Any]:
        """What of it stands in a row; times to the minute."""
        minute = {"begins": self.begins[:5], "ends": self.ends[:5]}
        return {name: getattr(self, name) for name in WAY} | minute


def add_method(node: Node, officer: int, channel: str, address: str, *, way: Way, label: str = "") -> int:
    """A new way to be told, to which a code is sent; its number. Raises UsageError."""
    kept, now = node.notifier.check(channel, address), node.clock.now()
    with unit_of_work(node):
        mine = _of(officer)
        if mine.count() >= MOST_EACH:
            raise UsageError("methods-too-many", most=MOST_EACH)
        if any(each.address == kept for each in mine.filter(channel=channel)):
            raise UsageError("method-there")
        row = ContactMethod.objects.create(
            officer_id=officer,
            channel=channel,
            address=kept,
            label=label[:LABEL],
            position=mine.count(),
            **way.columns(),
            made_at=now,
        )
        _send_code(node, row)
        note(node, "method-added", officer=officer, subject=str(row.pk), params={"channel": channel})
    return int(row.pk)


def send_code_again(node: Node, officer: int, number: int) -> None:
    """One more code to a way that is not confirmed yet; the earlier one is void. Raises UsageError."""
    with unit_of_work(node):
        row = _find(officer, number)
        if row.verified_at is None:
            _send_code(node, row)


def confirm_method(node: Node, officer: int, number: int, code: str) -> None:
    """The code came back. Raises UsageError for a wrong or old one."""
    now = node.clock.now()
    with unit_of_work(node):
        row = _find(officer, number)
        if row.verified_at is not None:
            return
        if row.code_until is None or row.code_until < now or row.code_tries >= TRIES:
            raise UsageError("method-code-over")
        right = hmac.compare_digest(row.code_hash, _hash(row, "".join(code.split())))
        changes: dict[str, Any] = {"verified_at": now, "code_hash": ""} if right else {"code_tries": row.code_tries + 1}
        ContactMethod.objects.filter(pk=row.pk).update(**changes)
        if right:
            note(node, "method-confirmed", officer=officer, subject=str(number), params={"channel": row.channel})
    if not right:
        raise UsageError("method-code-wrong", left=TRIES - row.code_tries - 1)


def change_method(node: Node, officer: int, number: int, way: Way) -> None:
    """From which urgency on, how late, and at which hours. Raises UsageError."""
    with unit_of_work(node):
        row = _find(officer, number)
        ContactMethod.objects.filter(pk=row.pk).update(**way.columns())
        note(node, "method-changed", officer=officer, subject=str(number))


def move_method(node: Node, officer: int, number: int) -> None:
    """Put a way one place further to the front. Raises UsageError."""
    with unit_of_work(node):
        row = _find(officer, number)
        order = [each.pk for each in _of(officer).order_by("position", "pk")]
        at = order.index(row.pk)
        order.insert(max(0, at - 1), order.pop(at))
        for position, key in enumerate(order):
            ContactMethod.objects.filter(pk=key).update(position=position)


def remove_method(node: Node, officer: int, number: int) -> None:
    """Use a way no more; what it was used for stays in the log. Raises UsageError."""
    now = node.clock.now()
    with unit_of_work(node):
        row = _find(officer, number)
        ContactMethod.objects.filter(pk=row.pk).update(removed_at=now, address="", code_hash="")
        drop_queued(row.notifications.all(), now)
        note(node, "method-removed", officer=officer, subject=str(number), params={"channel": row.channel})


def try_method(node: Node, officer: int, number: int) -> None:
    """Send a test, which says that it is one. Raises UsageError."""
    with unit_of_work(node):
        row = _find(officer, number)
        _queue(node, row, "test")


def _send_code(node: Node, row: ContactMethod) -> None:
    code = f"{int.from_bytes(node.entropy.draw(8), 'big') % CODES:06}"
    values = {"code_hash": _hash(row, code), "code_until": node.clock.now() + CODE_FOR, "code_tries": 0}
    ContactMethod.objects.filter(pk=row.pk).update(**values)
    drop_queued(row.notifications.filter(purpose="verify"), node.clock.now())
    _queue(node, row, "verify", code=code)


def _queue(node: Node, row: ContactMethod, purpose: str, code: str = "") -> None:
    now = node.clock.now()
    Notification.objects.create(
        purpose=purpose, officer_id=row.officer_id, method=row, code=code, state="queued", due=now, made_at=now
    )


def _of(officer: int) -> Any:
    return ContactMethod.objects.filter(officer=officer, removed_at=None)


def _find(officer: int, number: int) -> ContactMethod:
    row = _of(officer).select_for_update().filter(pk=number).first()
    if row is None:
        raise UsageError("method-not-found", number=number)
    return row


def _hash(row: ContactMethod, code: str) -> str:
    return hashlib.sha256(f"liaison.method.v1\0{row.pk}\0{code}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class MethodRead:
    """One way of an officer with the newest lines of what went there."""

    number: int
    channel: str
    address: str
    label: str
    way: Way
    confirmed: bool
    waits_for_code: bool
    worked_at: datetime | None
    failing_since: datetime | None
    last_error: str
    log: tuple[LogLine, ...]


@dataclass(frozen=True, slots=True)
class LogLine:
    """One attempt: what for, by which provider, what came of it."""

    purpose: str
    provider: str
    state: str
    error: str
    at: datetime


def list_methods(node: Node, officer: int) -> list[MethodRead]:
    """The ways of an officer, in their order."""
    with reading(node):
        now = node.clock.now()
        return [_read(row, now) for row in _of(officer).order_by("position", "pk")]


def _read(row: ContactMethod, now: datetime) -> MethodRead:
    waits = row.verified_at is None and row.code_until is not None and row.code_until >= now and row.code_tries < TRIES
    names = ("notification__purpose", "provider", "state", "error", "at")
    tries = NotificationAttempt.objects.filter(notification__method=row.pk).order_by("-pk")
    return MethodRead(
        row.pk,
        row.channel,
        row.address,
        row.label,
        Way(**{name: getattr(row, name) for name in WAY}),
        row.verified_at is not None,
        waits,
        row.worked_at,
        row.failing_since,
        row.last_error,
        tuple(LogLine(*each) for each in tries.values_list(*names)[:LOGGED]),
    )
