"""Which requests does a desk have, what is due, and what has nobody seen yet?

    list_requests(node, register, desk, Wanted(live=True))      the one whose date comes first stands first
    due_clocks(node, register, desk, until=…)                   every clock that runs or was missed
    unseen_reminders(node, register, desk)                      what the desk was told and nobody ticked off

Invariants: only rows of the desk; nothing of what was said is in them but codes, names of texts and times; a clock
whose date has passed is shown as missed, what lapses by it as lapsed, also before the node has come to write it down.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from liaison.cooperation.clock_rules import Side as Acting
from liaison.cooperation.clocks import Clock, ClockState, Due
from liaison.cooperation.figures import Ended, Row, figures
from liaison.cooperation.lifecycle import LIVE, OVER, STEPS, Event, State
from liaison.duty.calendars import Event as Entry
from liaison.duty.calendars import encode_calendar
from liaison.messages.parties import DeskRef
from liaison.node.models import HomeStep, RequestClock, RequestFile, RequestReminder, SpokenRequest
from liaison.node.node import Node
from liaison.node.reads.inside.rules import columns
from liaison.node.unit_of_work import reading

LISTED = 500
DATED = (ClockState.RUNNING, ClockState.MISSED)
_SAID = ("case", "root", "message_id", "form", "instrument", "basis", "ours", "parent", "urgency", "exercise", "since",
         "sent_at", "answered_at", "marked")  # fmt: skip


@dataclass(frozen=True, slots=True)
class ClockRead:
    """A clock of a request, or of one that was only spoken of; `ours` that this side has to act."""

    case: str
    root: str
    ours: bool
    home: bool
    urgency: str
    exercise: bool
    clock: Clock


@dataclass(frozen=True, slots=True)
class RequestRead:
    """One request in a list; `due` is the first date that still runs."""

    case: str
    root: str
    message_id: str
    form: str
    instrument: str
    basis: str
    ours: bool
    parent: str
    urgency: str
    exercise: bool
    since: datetime
    sent_at: datetime
    answered_at: datetime | None
    marked: bool
    state: State
    grounds: tuple[str, ...]
    clocks: tuple[ClockRead, ...]

    @property
    def due(self) -> ClockRead | None:
        """The clock that runs out first, one that was missed before all others; None where no date counts."""
        dated = (each for each in self.clocks if each.clock.state in DATED and not each.clock.held)
        return min(dated, key=lambda each: each.clock.due.at, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which requests: `live` those in which something is still owed, `ours` those this side made."""

    live: bool = True
    ours: bool | None = None
    form: str = ""
    case: str = ""


@dataclass(frozen=True, slots=True)
class ReminderRead:
    """A moment at which the desk was told of a date, and how many officers that reached."""

    number: int
    case: str
    root: str
    clock: str
    due_at: datetime
    told_at: datetime
    reached: int


@dataclass(frozen=True, slots=True)
class SpokenRead:
    """A request that was made by telephone."""

    case: str
    message_id: str
    form: str
    instrument: str
    ours: bool
    spoken_at: datetime


@dataclass(frozen=True, slots=True)
class HomeStepRead:
    """A step that was taken at home."""

    number: int
    moment: str
    at: datetime
    zone: str
    reference: str
    noted_by: int


def list_requests(node: Node, register: str, desk: DeskRef, wanted: Wanted) -> list[RequestRead]:
    """The requests that fit, by their next date; those without one last, the newest first."""
    now = node.clock.now()
    with reading(node):
        rows = RequestFile.objects.filter(**columns(register, desk))
        if wanted.live:
            rows = rows.exclude(state__in=[State.CLOSED.value, State.WITHDRAWN.value, State.REFUSED.value])
        for name in ("form", "case"):
            if value := getattr(wanted, name):
                rows = rows.filter(**{name: value})
        if wanted.ours is not None:
            rows = rows.filter(ours=wanted.ours)
        found = list(rows.order_by("-sent_at", "-pk")[:LISTED])
        clocks = _clocks(register, desk, {row.root for row in found}, now)
    read = [_request(row, clocks.get(row.root, ()), now) for row in found]
    return sorted(read, key=lambda each: (each.due is None, each.due.clock.due.at if each.due else now))


def due_clocks(
    node: Node, register: str, desk: DeskRef, *, until: datetime | None = None, ours: bool | None = None
) -> list[ClockRead]:
    """The clocks that run or were missed in requests that are not over, by their dates."""
    now = node.clock.now()
    with reading(node):
        over = RequestFile.objects.filter(**columns(register, desk), state__in=[state.value for state in OVER])
        rows = RequestClock.objects.filter(**columns(register, desk), held=False)
        rows = rows.filter(state__in=[ClockState.RUNNING.value, ClockState.MISSED.value])
        rows = rows.exclude(root__in=over.exclude(state=State.LAPSED.value).values("root"))
        rows = rows if until is None else rows.filter(due_at__lte=until)
        rows = rows if ours is None else rows.filter(ours=ours)
        return [read_clock(row, now) for row in rows.order_by("due_at", "pk")[:LISTED]]


def unseen_reminders(node: Node, register: str, desk: DeskRef) -> list[ReminderRead]:
    """What the desk was told of dates and nobody has seen, the latest of each clock, the oldest date first."""
    with reading(node):
        rows = RequestReminder.objects.filter(**columns(register, desk), seen_at=None).order_by("due_at", "-moment")
        names = ("pk", "case", "root", "clock", "due_at", "told_at", "reached")
        found: dict[tuple[str, str, str], ReminderRead] = {}
        for row in rows.values_list(*names)[:LISTED]:
            read = ReminderRead(*row)
            found.setdefault((read.case, read.root, read.clock), read)
    return list(found.values())


def spoken_requests(node: Node, register: str, desk: DeskRef, case: str = "") -> list[SpokenRead]:
    """What was asked by telephone, the newest first."""
    with reading(node):
        rows = SpokenRequest.objects.filter(**columns(register, desk))
        rows = rows.filter(case=case) if case else rows
        names = ("case", "message_id", "form", "instrument", "ours", "spoken_at")
        return [SpokenRead(*row) for row in rows.order_by("-spoken_at").values_list(*names)[:LISTED]]


def home_steps(node: Node, register: str, desk: DeskRef, root: str) -> list[HomeStepRead]:
    """What was done at home for a request, in order."""
    with reading(node):
        rows = HomeStep.objects.filter(**columns(register, desk), root=root).order_by("at", "pk")
        names = ("pk", "moment", "at", "zone", "reference", "noted_by")
        return [HomeStepRead(*row) for row in rows.values_list(*names)]


def request_calendar(node: Node, register: str, desk: DeskRef, *, name: str, words: Any = None) -> bytes:
    """The dates of a desk as iCalendar; of days the whole last day, of hours the last hour. `words` says what a clock
    of a request is called; by default its codes."""
    say = words or (lambda each: each.clock.id)
    entries = []
    for each in due_clocks(node, register, desk):
        due = each.clock.due
        uid = f"{each.root[:16] or each.case}-{each.clock.id}@liaison"
        begins = due.at - (timedelta(days=1) if due.day is not None else timedelta(hours=1))
        entries.append(Entry(uid, say(each), begins, due.at, due.day, 1))
    return encode_calendar(name, entries, made=node.clock.now())


def own_figures(
    node: Node, register: str, desk: DeskRef, *, since: datetime, until: datetime | None = None, ours: bool
) -> tuple[Row, ...]:
    """How the requests went that this desk made (`ours`) or got since then and before `until`, small numbers hidden; no
    exercises."""
    with reading(node):
        rows = RequestFile.objects.filter(**columns(register, desk), sent_at__gte=since, ours=ours, exercise=False)
        rows = rows.filter(sent_at__lt=until) if until is not None else rows
        made = [
            Ended(form, state, tuple(grounds), answered - sent if answered is not None else None)
            for form, state, grounds, sent, answered in rows.values_list(
                "form", "state", "grounds", "sent_at", "answered_at"
            )
        ]
    return figures(made)


def read_clock(row: RequestClock, now: datetime) -> ClockRead:
    """A row of a clock, as it stands now."""
    clock = Clock(
        id=row.clock,
        acts=Acting(row.acts),
        lapses=row.lapses,
        began=row.began,
        due=Due(row.due_at, row.due_day, row.zone),
        state=ClockState(row.state),
        ended=row.ended,
        asked_at=row.asked_at,
        held=row.held,
    )
    return ClockRead(row.case, row.root, row.ours, row.home, row.urgency, row.exercise, clock.at(now))


def _clocks(register: str, desk: DeskRef, roots: Iterable[str], now: datetime) -> dict[str, tuple[ClockRead, ...]]:
    found: dict[str, list[ClockRead]] = {}
    rows = RequestClock.objects.filter(**columns(register, desk), root__in=list(roots)).order_by("due_at", "pk")
    for row in rows:
        found.setdefault(row.root, []).append(read_clock(row, now))
    return {root: tuple(each) for root, each in found.items()}


def _request(row: RequestFile, clocks: tuple[ClockRead, ...], now: datetime) -> RequestRead:
    state = State(row.state)
    lapsed = state in LIVE and any(each.clock.runs_out(now) and not each.home for each in clocks)
    if lapsed and (state, Event.LAPSED) in STEPS:
        state = State.LAPSED
    said = {name: getattr(row, name) for name in _SAID}
    return RequestRead(**said, state=state, grounds=tuple(row.grounds), clocks=clocks)
