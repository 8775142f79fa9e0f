"""What came of the checks: of nodes, of persons, and what others found of this desk?

    node_results(node, register)                 the last check of each desk's node
    node_history(node, register, desk)           all checks of one, the oldest first
    persons_asked(node, place)                   whom this desk asked for a person, and who answered, the newest first
    with_work(node, register, results)           the same, with the planned work that went on when they were asked
    asked_of_us(node, place)                     when others asked this desk, and when a person here answered
    sums(node, place)                            of the other desks of this node, small numbers left out

Invariants (docs/spec/checks.md): a desk reads its own; checks of nodes are the node's and every desk on it may know
them; sums tell nothing of one desk: whoever reads them is in them neither as who asked nor as who was asked, so that
there is nothing of their own to subtract, and they are of whole months that are over.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from liaison.duty.checks.planned_work import Work
from liaison.duty.checks.results import (
    Aggregate,
    Audience,
    NodeResult,
    Outcome,
    PersonResult,
    aggregate,
    is_excused,
    summed_months,
)
from liaison.messages.lifecycle import CopyState
from liaison.messages.parties import DeskRef
from liaison.node.models import Case, CheckedDesk, CheckPlan, IncomingCopy, NodeCheck, OutgoingCopy
from liaison.node.node import Node
from liaison.node.reads.checks.planned_work import planned_then, went_on
from liaison.node.reads.writing.drafts import Place
from liaison.node.unit_of_work import reading
from liaison.register.vocabulary import REGISTER

LINE_TEST = "line-test"
LOOKED_BACK = timedelta(days=400)
MOST = 2000
HERE = frozenset({CopyState.RECEIVED.value, CopyState.ACKNOWLEDGED.value})
HEARD = frozenset({CopyState.ACKNOWLEDGED.value, CopyState.ACKNOWLEDGED_FIRST.value})


@dataclass(frozen=True, slots=True)
class AskedOfUs:
    """One check that came to this desk."""

    by: DeskRef
    received: datetime
    answered: datetime | None
    case: str
    planned: Work | None = None
    """The work that went on here when it came."""

    @property
    def took(self) -> timedelta | None:
        """How long a person here took."""
        return max(self.answered - self.received, timedelta(0)) if self.answered is not None else None

    @property
    def excused(self) -> bool:
        """Whether planned work explains that nobody answered in time."""
        return is_excused(self.took, self.planned)


@dataclass(frozen=True, slots=True)
class Plan:
    """How often a desk asks, when the next round begins, and what last kept somebody from being asked."""

    cadence: str
    due: datetime | None
    in_hand: bool
    last_error: str


def audience_of(place: Place) -> Audience:
    """As what a desk reads the results of the checks that it sent."""
    return Audience.SECRETARIAT if place.desk.participant == REGISTER else Audience.OWN


def node_results(node: Node, register: str) -> dict[DeskRef, NodeResult]:
    """The last check of the node of each desk."""
    with reading(node):
        rows = CheckedDesk.objects.filter(register=register).select_related("last")
        return {_peer(row): _result(row.last) for row in rows}


def node_answered(node: Node, register: str) -> dict[DeskRef, datetime]:
    """When the node of each desk last answered."""
    with reading(node):
        rows = CheckedDesk.objects.filter(register=register).exclude(answered_at=None)
        return {_peer(row): row.answered_at for row in rows}


def node_history(node: Node, register: str, peer: DeskRef, *, since: datetime) -> list[NodeResult]:
    """Every check of a desk's node since then, the oldest first."""
    named = {"peer_participant": peer.participant, "peer_node": peer.node, "peer_desk": peer.desk}
    with reading(node):
        rows = NodeCheck.objects.filter(register=register, **named, asked_at__gte=since).order_by("asked_at", "pk")
        return [_result(row) for row in rows[:MOST]]


def persons_asked(node: Node, place: Place, *, since: datetime) -> list[PersonResult]:
    """Whom this desk asked since then, the newest first."""
    own = {f"message__{name}": value for name, value in place.columns.items()}
    with reading(node):
        rows = OutgoingCopy.objects.filter(**own, message__form=LINE_TEST, message__composed_at__gte=since)
        columns = ("participant", "node", "desk", "message__composed_at", "message__case", "state")
        found = list(rows.order_by("-message__composed_at", "-pk").values_list(*columns)[:MOST])
        answers = _answers(place, {row[4] for row in found})
    return [_person(row, answers) for row in found]


def with_work(node: Node, register: str, results: Iterable[PersonResult]) -> list[PersonResult]:
    """The results, in their order, with the planned work of which the desk told and that went on when it was asked."""
    found = list(results)
    with reading(node):
        works = planned_then(register, {(each.desk, each.asked) for each in found})
    return [replace(each, planned=works.get((each.desk, each.asked))) for each in found]


def asked_of_us(node: Node, place: Place, *, since: datetime) -> list[AskedOfUs]:
    """What came to this desk since then, the newest first."""
    own = {name: value for name, value in place.columns.items() if name != "register"}
    with reading(node):
        rows = IncomingCopy.objects.filter(**own, received_at__gte=since, form=LINE_TEST, verdict="accepted")
        rows = rows.filter(register=place.register)
        columns = ("from_participant", "from_node", "from_desk", "received_at", "case")
        found = list(rows.order_by("-received_at", "-pk").values_list(*columns)[:MOST])
        answers = _answers(place, {row[4] for row in found})
        works = went_on(place.register, place.desk, since=since) if found else ()
    return [
        AskedOfUs(DeskRef(*desk), came, answers.get(case), case, next((w for w in works if w.covers(came)), None))
        for *desk, came, case in found
    ]


def last_answers(node: Node, place: Place, *, now: datetime) -> dict[DeskRef, datetime]:
    """When a person at each other desk last answered a check of this one."""
    found: dict[DeskRef, datetime] = {}
    for each in persons_asked(node, place, since=now - LOOKED_BACK):
        if each.answered is not None:
            found[each.desk] = max(each.answered, found.get(each.desk, each.answered))
    return found


def plan_of(node: Node, place: Place) -> Plan | None:
    """How often this desk asks."""
    with reading(node):
        row = CheckPlan.objects.filter(**place.columns).first()
    return None if row is None else Plan(row.cadence, row.due, row.begun is not None, row.last_error)


def sums(node: Node, place: Place, *, now: datetime) -> Aggregate:
    """How many desks the other desks of this node asked in six whole months, and at how many a person answered then."""
    begins, ends = summed_months(now)
    own, desk = place.columns, place.desk
    asked = OutgoingCopy.objects.filter(
        message__register=place.register,
        message__form=LINE_TEST,
        message__composed_at__gte=begins,
        message__composed_at__lt=ends,
    )
    asked = asked.exclude(**{f"message__{name}": value for name, value in own.items()})
    asked = asked.exclude(participant=desk.participant, node=desk.node, desk=desk.desk)
    answered = Case.objects.filter(register=place.register, form=LINE_TEST, acknowledged_at__lt=ends).exclude(**own)
    heard = asked.filter(state__in=HEARD, message__case__in=answered.values("case"))
    with reading(node):
        desks = {DeskRef(*row) for row in asked.values_list("participant", "node", "desk").distinct()}
        there = {DeskRef(*row) for row in heard.values_list("participant", "node", "desk").distinct()}
    return aggregate([each in there for each in desks])


def _answers(place: Place, cases: set[str]) -> dict[str, datetime]:
    """When a person of the side that was asked first answered, by case."""
    rows = Case.objects.filter(**place.columns, case__in=cases).exclude(acknowledged_at=None)
    return dict(rows.values_list("case", "acknowledged_at"))


def _person(row: Sequence[Any], answers: dict[str, datetime]) -> PersonResult:
    *desk, asked, case, state = row
    return PersonResult(DeskRef(*desk), asked, case, state in HERE, answers.get(case) if state in HEARD else None)


def _peer(row: CheckedDesk) -> DeskRef:
    return DeskRef(row.peer_participant, row.peer_node, row.peer_desk)


def _result(row: NodeCheck) -> NodeResult:
    return NodeResult(
        row.asked_at,
        Outcome(row.outcome),
        took=None if row.took_ms is None else row.took_ms / 1000,
        skew=row.skew,
        worker=row.worker,
        key_made=row.key_made,
        version=row.version,
        error=row.error,
        planned=Work(row.planned_from, row.planned_until) if row.planned_from is not None else None,
        duty_since=row.duty_since,
    )
