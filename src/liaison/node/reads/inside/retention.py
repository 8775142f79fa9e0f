"""Which cases would be closed, archived or destroyed, by which rule, and what stands against it?

    plan = plan_retention(node, register, desk)                 what is due now
    plan = plan_retention(node, register, desk, at=in_a_month)  what it will have come to by then

Invariants: nothing is changed by looking; a case without a fitting rule is not in the plan; the days count from the
last word in the case, whoever said it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from django.db.models import Q

from liaison.messages.inside import TAKEN_OVER
from liaison.messages.message import open_message
from liaison.messages.parties import DeskRef
from liaison.node.models import (
    AttachmentRow,
    Case,
    CaseShare,
    CaseStub,
    ClearanceRequest,
    Delivery,
    FollowUp,
    IncomingCopy,
    InternalCase,
    OutgoingMessage,
    RetentionHold,
    RetentionRule,
)
from liaison.node.models.line import READABLE
from liaison.node.node import Node
from liaison.node.reads.inside.rules import columns, read_retention
from liaison.node.unit_of_work import reading
from liaison.officers.retention import Kept, Obstacle, Rule, Step, find_rule, furthest_step, next_step

WAITING = "waiting"
StepOf = Callable[[Rule | None, Kept], Step | None]


@dataclass(frozen=True, slots=True)
class Planned:
    """One step for one case; it is taken only when nothing stands against it."""

    case: str
    form: str
    exercise: bool
    step: Step
    last_at: datetime
    obstacles: tuple[Obstacle, ...]


@dataclass(frozen=True, slots=True)
class Hold:
    """Something that keeps a case, or all cases of a desk, from being destroyed."""

    case: str
    reason: str
    set_by: int
    set_at: datetime


@dataclass(frozen=True, slots=True)
class StubRead:
    """What is left of a destroyed case."""

    number: int
    case: str
    destroyed_at: datetime


def plan_retention(node: Node, register: str, desk: DeskRef, *, at: datetime | None = None) -> list[Planned]:
    """What the rules ask for, the longest silent case first."""
    now = at or node.clock.now()
    with reading(node):
        return list(_plan(register, desk, now, next_step if at is None else furthest_step))


def step_for(register: str, desk: DeskRef, case: Any, now: datetime) -> Planned | None:
    """Inside a unit of work: what is due for one case."""
    return _planned(_rules(register, desk), case, now, next_step)


def holds(node: Node, register: str, desk: DeskRef) -> list[Hold]:
    """The holds of a desk, that of the whole desk first."""
    with reading(node):
        rows = RetentionHold.objects.filter(**columns(register, desk)).order_by("case")
        return [Hold(*row) for row in rows.values_list("case", "reason", "set_by", "set_at")]


def stubs(node: Node, register: str, desk: DeskRef) -> list[StubRead]:
    """What destroyed cases left, the newest first."""
    with reading(node):
        rows = CaseStub.objects.filter(**columns(register, desk)).order_by("-pk")[:500]
        return [StubRead(*row) for row in rows.values_list("pk", "case", "destroyed_at")]


def read_stub(node: Node, register: str, desk: DeskRef, number: int) -> tuple[str, bytes] | None:
    """The case and the signed bytes of one."""
    with reading(node):
        row = CaseStub.objects.filter(**columns(register, desk), pk=number).first()
        return (row.case, bytes(row.stub)) if row is not None else None


def _plan(register: str, desk: DeskRef, now: datetime, step_of: StepOf) -> Iterator[Planned]:
    rules = _rules(register, desk)
    days = [each for rule in rules for each in (rule.close_days, rule.archive_days, rule.destroy_days) if each]
    if not days:
        return
    silent = Case.objects.filter(**columns(register, desk), destroyed_at=None)
    for case in silent.filter(last_at__lte=now - timedelta(days=min(days))).order_by("last_at", "pk"):
        found = _planned(rules, case, now, step_of)
        if found is not None:
            yield found


def _rules(register: str, desk: DeskRef) -> list[Rule]:
    return [read_retention(row) for row in RetentionRule.objects.filter(**columns(register, desk))]


def _planned(rules: list[Rule], case: Any, now: datetime, step_of: StepOf) -> Planned | None:
    markings = _markings(case) if any(rule.marking for rule in rules) else frozenset()
    rule = find_rule(rules, form=case.form, markings=markings)
    step = step_of(rule, Kept(now - case.last_at, case.closed_at is not None, case.archived_at is not None))
    if step is None:
        return None
    return Planned(case.case, case.form, case.exercise, step, case.last_at, _obstacles(case, step, now))


def _markings(case: Any) -> frozenset[str]:
    """The own markings that messages of the case bear; empty text for those without."""
    place = _place(case)
    cores = OutgoingMessage.objects.filter(**place).exclude(core=b"").values_list("core", flat=True)
    found = {json.loads(bytes(core))["marking"] or "" for core in cores}
    texts = IncomingCopy.objects.filter(READABLE, **place).values_list("plaintext", flat=True)
    return frozenset(found | {open_message(bytes(text)).core.marking or "" for text in texts})


def _place(case: Any) -> dict[str, str]:
    names = ("register", "participant", "node", "desk", "case")
    return {name: getattr(case, name) for name in names}


def _obstacles(case: Any, step: Step, now: datetime) -> tuple[Obstacle, ...]:
    """What stands against the step; archiving takes nothing away, so nothing does."""
    if step is Step.ARCHIVE:
        return ()
    asked = [each for each in Obstacle if step is Step.DESTROY or each not in (Obstacle.HOLD, Obstacle.SHARED)]
    return tuple(each for each in asked if _STANDS[each](case, now))


def _held(case: Any, now: datetime) -> bool:
    place = {name: value for name, value in _place(case).items() if name != "case"}
    return bool(RetentionHold.objects.filter(Q(case=case.case) | Q(case=""), **place).exists())


def _owed(case: Any, now: datetime) -> bool:
    return bool(IncomingCopy.objects.filter(**_place(case), owed=True).exists())


def _clock(case: Any, now: datetime) -> bool:
    return case.due is not None and (case.closed_at is not None or case.due > now)


def _follow_up(case: Any, now: datetime) -> bool:
    return bool(FollowUp.objects.filter(**_place(case)).exists())


def _delivery(case: Any, now: datetime) -> bool:
    place = _place(case)
    sent = Q(**{f"copy__message__{name}": value for name, value in place.items()})
    receipt = Q(**{f"receipt__incoming__{name}": value for name, value in place.items()})
    fetch = Q(**{f"attachment__incoming__{name}": value for name, value in place.items()})
    wanted = {f"incoming__{name}": value for name, value in place.items()}
    return bool(
        Delivery.objects.filter(sent | receipt | fetch).exists()
        or AttachmentRow.objects.filter(**wanted, state="wanted").exists()
        or any(_delivery(each, now) for each in told_inside(case))
    )


def told_inside(case: Any) -> list[Any]:
    """Inside a reading or a unit of work: the cases in which this desk gave the texts of this one to another desk."""
    desk = {name: value for name, value in _place(case).items() if name != "case"}
    rows = InternalCase.objects.filter(**desk, about=case.case, ours=True)
    names = list(rows.values_list("internal", flat=True))
    return list(Case.objects.filter(**desk, case__in=names, destroyed_at=None)) if names else []


def _clearance(case: Any, now: datetime) -> bool:
    return bool(ClearanceRequest.objects.filter(**_place(case), state=WAITING).exists())


def _shared(case: Any, now: datetime) -> bool:
    """A case that another desk has, or in which this one has or gives such a case."""
    desk = {name: value for name, value in _place(case).items() if name != "case"}
    here = InternalCase.objects.filter(**desk, internal=case.case, ours=False, state__in=("open", TAKEN_OVER))
    shares = CaseShare.objects.filter(Q(case=case.case) | Q(internal=case.case), **desk)
    return bool(shares.exists() or here.exists())


_STANDS: Mapping[Obstacle, Callable[[Any, datetime], bool]] = MappingProxyType(
    {
        Obstacle.HOLD: _held,
        Obstacle.OWED: _owed,
        Obstacle.CLOCK: _clock,
        Obstacle.FOLLOW_UP: _follow_up,
        Obstacle.DELIVERY: _delivery,
        Obstacle.CLEARANCE: _clearance,
        Obstacle.SHARED: _shared,
    }
)
