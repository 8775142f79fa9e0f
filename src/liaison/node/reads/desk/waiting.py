"""What needs a desk now, the most urgent first?

    unacknowledged      came in, is owed a person's word, and nobody has given it: emergencies first, then the oldest
    waiting for us      the last word is the other side's: those with the nearest clock first
    waiting for them    the last word is ours
    follow-ups          cases the desk meant to come back to by now
    not delivered       copies that were rejected, stopped, or tried without success, mails that came back or were not
                        answered in time, of cases that are open
    register            what a person must look at: alarms, a stopped or old mirror, entries no quorum has seen

Invariants: rows of the desk alone; at most `MOST` or `IN_TURN` of each, with their count up to `COUNTED`; nothing is
opened but the messages whose titles are shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case as When_
from django.db.models import Exists, OuterRef, Q, Value, When

from liaison.messages.lifecycle import CopyState
from liaison.messages.message import kept_fields
from liaison.messages.parties import DeskRef
from liaison.messages.turns import Turn
from liaison.node.models import (
    Case,
    CaseShare,
    Delivery,
    FactRow,
    FollowedRegister,
    FollowUp,
    IncomingCopy,
    OutgoingCopy,
)
from liaison.node.node import Node
from liaison.node.reads.desk.listing import CaseRow, Reader, Title, of_desk, read_rows, title_of
from liaison.node.reads.overview import AlarmRead, alarms
from liaison.node.unit_of_work import reading

MOST = 20
IN_TURN = 10
COUNTED = 100
RECENT = 10
STALE = timedelta(days=2)
# Literal, because an engine uses a partial index only where it sees that its condition holds.
NOT_TAKEN = """"node_outgoingcopy"."state" IN ('rejected', 'stopped', 'bounced', 'silent')"""
RANK = {"emergency": 0, "urgent": 1}


@dataclass(frozen=True, slots=True)
class Owed:
    """A message nobody has acknowledged."""

    register: str
    message_id: str
    case: str
    form: str
    urgency: str
    sender: DeskRef
    received_at: datetime
    exercise: bool
    title: Title | None


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A copy that has not come through: `tried` and `last_error` while it is still tried."""

    register: str
    message_id: str
    case: str
    form: str
    desk: DeskRef
    state: str
    reason: str
    since: datetime
    tried: int
    last_error: str
    next_try: datetime | None


@dataclass(frozen=True, slots=True)
class Due:
    """A case to come back to."""

    register: str
    case: str
    due: datetime
    note: str


@dataclass(frozen=True, slots=True)
class RegisterCare:
    """How the register of the desk is: `unconfirmed` counts participants with entries no quorum has seen."""

    alarms: tuple[AlarmRead, ...]
    stopped: str
    checked_at: datetime | None
    stale: bool
    unconfirmed: int

    @property
    def calm(self) -> bool:
        """Whether there is nothing to look at."""
        return not (self.alarms or self.stopped or self.stale or self.unconfirmed)


@dataclass(frozen=True, slots=True)
class Some:
    """The first of what was found, and how many there are; they are counted up to `COUNTED`."""

    rows: tuple[Any, ...]
    count: int

    @property
    def more(self) -> bool:
        """Whether there may be more than were counted."""
        return self.count >= COUNTED


def _count(rows: Any) -> int:
    """How many rows, no further than a screen needs, so that ten thousand cost what a hundred do."""
    return int(rows.order_by().values("pk")[:COUNTED].count())


def unacknowledged(node: Node, desk: DeskRef, *, reader: Reader) -> Some:
    """What came in and waits for a person's word."""
    with reading(node):
        rows = IncomingCopy.objects.filter(**of_desk(desk), owed=True)
        rank = When_(*(When(urgency=name, then=Value(at)) for name, at in RANK.items()), default=Value(len(RANK)))
        columns = ["register", "message_id", "case", "form", "urgency", "from_participant", "from_node", "from_desk"]
        columns += ["received_at", *(["plaintext"] if reader.contents else [])]
        found = list(rows.annotate(rank=rank).order_by("rank", "received_at", "pk").values_list(*columns)[:MOST])
        named = {"register__in": {row[0] for row in found}, "case__in": {row[2] for row in found}}
        flagged = Case.objects.filter(**of_desk(desk), **named, exercise=True)
        exercises = set(flagged.values_list("register", "case"))
        count = _count(rows) if len(found) == MOST else len(found)
    return Some(tuple(_owed(row, exercises, reader) for row in found), count)


def _owed(row: tuple[Any, ...], exercises: set[tuple[str, str]], reader: Reader) -> Owed:
    register, message_id, case, form, urgency, participant, node, desk, at, *plaintext = row
    title = title_of(kept_fields(bytes(plaintext[0]))) if reader.may(case) else None
    sender = DeskRef(participant, node, desk)
    return Owed(register, message_id, case, form, urgency, sender, at, (register, case) in exercises, title)


def waiting(node: Node, desk: DeskRef, turn: Turn, *, reader: Reader) -> Some:
    """Open cases where it is the turn of one side: those with a clock first, the nearest first."""
    with reading(node):
        rows = Case.objects.filter(**of_desk(desk), turn=turn.value, closed_at=None).filter(~_handed_over(desk))
        clocks = read_rows(rows.filter(due__isnull=False).order_by("due"), desk, slice(0, IN_TURN), reader=reader)
        room = slice(0, IN_TURN - len(clocks))
        others = rows.filter(due=None).order_by("turn_since")
        found = clocks + (read_rows(others, desk, room, reader=reader) if room.stop else ())
        return Some(found, _count(rows) if len(found) == IN_TURN else len(found))


def _handed_over(desk: DeskRef) -> Exists:
    """Cases in which another desk of the participant answers: they stand on its page."""
    same = {"register": OuterRef("register"), "case": OuterRef("case")}
    return Exists(CaseShare.objects.filter(**of_desk(desk), **same, purpose="handed-over"))


def follow_ups(node: Node, desk: DeskRef, now: datetime) -> Some:
    """The cases the desk meant to come back to by now."""
    with reading(node):
        rows = FollowUp.objects.filter(**of_desk(desk), due__lte=now).order_by("due")
        found = [Due(*row) for row in rows.values_list("register", "case", "due", "note")[:MOST]]
        return Some(tuple(found), _count(rows) if len(found) == MOST else len(found))


def undelivered(node: Node, desk: DeskRef) -> Some:
    """Copies that have not come through, the oldest first."""
    with reading(node):
        found = sorted([*_given_up(desk), *_still_tried(desk)], key=lambda each: each.since)
    return Some(tuple(found[:MOST]), len(found))


def _given_up(desk: DeskRef) -> Iterable[Undelivered]:
    mine = {f"message__{name}": value for name, value in of_desk(desk).items()}
    here = Case.objects.filter(
        **of_desk(desk), register=OuterRef("message__register"), case=OuterRef("message__case"), closed_at=None
    )
    rows = OutgoingCopy.objects.extra(where=[NOT_TAKEN]).filter(**mine)  # noqa: S610 — a literal of this module
    rows = rows.filter(Exists(here)).select_related("message")
    for copy in rows.defer("plaintext", "sealed", "message__core")[: 10 * MOST]:
        since = copy.settled_at or copy.message.composed_at
        yield _undelivered(copy, since)


def _still_tried(desk: DeskRef) -> Iterable[Undelivered]:
    mine = {f"copy__message__{name}": value for name, value in of_desk(desk).items()}
    rows = Delivery.objects.filter(**mine, kind__in=("message", "mail"), attempts__gt=0).select_related("copy__message")
    for work in rows.defer("copy__plaintext", "copy__sealed", "copy__message__core").order_by("since")[: 10 * MOST]:
        if work.copy.state != CopyState.STOPPED.value:
            yield _undelivered(work.copy, work.since, work)


def _undelivered(copy: Any, since: datetime, work: Any = None) -> Undelivered:
    return Undelivered(
        register=copy.register,
        message_id=copy.message.message_id,
        case=copy.message.case,
        form=copy.message.form,
        desk=DeskRef(copy.participant, copy.node, copy.desk),
        state=copy.state,
        reason=copy.reason,
        since=since,
        tried=work.attempts if work is not None else 0,
        last_error=work.last_error if work is not None else "",
        next_try=work.due if work is not None else None,
    )


def register_care(node: Node, register: str, now: datetime) -> RegisterCare:
    """What of the register a person must look at."""
    found = tuple(alarms(node, register))
    with reading(node):
        row = FollowedRegister.objects.filter(register=register).values("stopped", "checked_at").first()
        unconfirmed = FactRow.objects.filter(Q(kind="participant"), register=register, pending=True).count()
    stopped, checked_at = (row["stopped"], row["checked_at"]) if row else ("", None)
    return RegisterCare(found, stopped, checked_at, checked_at is not None and now - checked_at > STALE, unconfirmed)


def recent(node: Node, desk: DeskRef, *, reader: Reader) -> tuple[CaseRow, ...]:
    """The cases with the latest messages."""
    with reading(node):
        rows = Case.objects.filter(**of_desk(desk), archived_at=None, destroyed_at=None).order_by("-last_at", "-pk")
        return read_rows(rows, desk, slice(0, RECENT), reader=reader)
