"""What did a desk measure, or was it told of its own networks, and what of all that is shown to others?

    page = list_measured(node, desk, page=1)           the newest first
    found = find_measured(node, desk, 7)               Raises UsageError
    shown(node, register, Audience.PARTICIPANTS)       what providers agreed to have shown, of all desks of this node
    shown_page(node, [register], Audience.PUBLIC)      the same, so many networks at a time

Invariants: `list_measured`, `measured_below` and `find_measured` are of the desk alone; `shown`, `shown_above` and
`shown_page` give what both sides may show and of whatever is not shown now nothing: neither that it exists nor that it
was disputed; in the order of AS numbers, never of counts, and to the last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from liaison.conduct.measured.evidence import Evidence, read_evidence, said_counts
from liaison.conduct.measured.lifecycle import WHO, Audience, Event, Side, Standing, Step, in_order, may, stand
from liaison.errors import UsageError
from liaison.messages.parties import DeskRef
from liaison.node.models import Measurement
from liaison.node.node import Node
from liaison.node.reads.desk.listing import Reader, of_desk
from liaison.node.unit_of_work import reading

PAGE = 25
NETWORKS = 50
"""Networks on one page of what is shown."""
_AT_ONCE = 500
_AUDIENCES: Mapping[Audience, tuple[str, ...]] = {
    Audience.PUBLIC: (Audience.PUBLIC.value,),
    Audience.PARTICIPANTS: (Audience.PUBLIC.value, Audience.PARTICIPANTS.value),
}


@dataclass(frozen=True, slots=True)
class StepRead:
    """One thing that was said: `code` is the ground of a dispute; `counted` that it changed something."""

    event: Event
    by: Side
    at: datetime
    message_id: str
    code: str
    counts: Mapping[str, int]
    shown_to: str
    counted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredRead:
    """One measurement as it stands now; `evidence` has the corrected counts where they were corrected."""

    number: int
    side: Side
    register: str
    own: DeskRef
    other: DeskRef
    evidence: Evidence
    told: Mapping[str, int]
    standing: Standing
    steps: tuple[StepRead, ...]
    case: str
    last: str
    """The message that the next step follows; empty before the notice."""
    answer_until: datetime | None
    waits: int
    exercise: bool
    made_at: datetime

    @property
    def may(self) -> tuple[Event, ...]:
        """What this desk may do now."""
        return tuple(event for event in WHO if may(self.standing.state, event, self.side))

    @property
    def ours(self) -> bool:
        """Whether this desk measured."""
        return self.side is Side.MEASURER


@dataclass(frozen=True, slots=True)
class Measured:
    """Some of the measurements that were found."""

    rows: tuple[MeasuredRead, ...]
    count: int
    number: int
    pages: int


@dataclass(frozen=True, slots=True)
class Shown:
    """What anybody of the audience may see: counts with their source and days, and who measured."""

    register: str
    provider: DeskRef
    measurer: DeskRef
    evidence: Evidence
    corrected: bool
    exercise: bool


def list_measured(node: Node, desk: DeskRef, *, side: Side = Side.MEASURER, page: int = 1) -> Measured:
    """A page of what the desk measured, or of what it was told of its own networks, the newest first."""
    now = node.clock.now()
    with reading(node):
        rows = Measurement.objects.filter(**of_desk(desk), side=side.value)
        count = rows.count()
        pages = max(1, -(-count // PAGE))
        number = min(max(page, 1), pages)
        found = rows.order_by("-made_at", "-pk").prefetch_related("steps")[(number - 1) * PAGE : number * PAGE]
        return Measured(tuple(_read(row, now) for row in found), count, number, pages)


def measured_below(
    node: Node, desk: DeskRef, *, side: Side = Side.MEASURER, below: int | None, limit: int, reader: Reader
) -> tuple[MeasuredRead, ...]:
    """The same from below a number on, the last made first; none of a case that is closed to the reader."""
    with reading(node):
        rows = Measurement.objects.filter(**of_desk(desk), side=side.value).exclude(case__in=reader.closed)
        rows = rows if below is None else rows.filter(pk__lt=below)
        now = node.clock.now()
        return tuple(_read(row, now) for row in rows.order_by("-pk").prefetch_related("steps")[:limit])


def find_measured(node: Node, desk: DeskRef, number: int) -> MeasuredRead:
    """One measurement of the desk. Raises UsageError."""
    with reading(node):
        row = Measurement.objects.filter(**of_desk(desk), pk=number).prefetch_related("steps").first()
        if row is None:
            raise UsageError("measurement-not-found", number=number)
        return _read(row, node.clock.now())


@dataclass(frozen=True, slots=True)
class ShownPage:
    """Some of what is shown; `then` says where the next page begins: above which network of which register."""

    rows: tuple[Shown, ...]
    then: tuple[str, int] | None


def shown(node: Node, register: str, audience: Audience) -> tuple[Shown, ...]:
    """All that is shown now to everybody of an audience, in the order of AS numbers."""
    found, above = list[Shown](), 0
    while True:
        some, last = shown_above(node, register, audience, above=above, networks=_AT_ONCE)
        found += some
        if last is None:
            return tuple(found)
        above = last


def shown_page(
    node: Node, registers: Sequence[str], audience: Audience, *, above: int = 0, networks: int = NETWORKS
) -> ShownPage:
    """A page of what these registers show, one after another, from above a network of the first of them on."""
    found, room = list[Shown](), networks
    for register in registers:
        some, last = shown_above(node, register, audience, above=above, networks=room)
        found += some
        if last is not None:
            return ShownPage(tuple(found), (register, last))
        # At least one of every register that follows, so that whether more follow needs no second question.
        above, room = 0, max(1, room - len({each.evidence.asn for each in some}))
    return ShownPage(tuple(found), None)


def shown_above(
    node: Node, register: str, audience: Audience, *, above: int, networks: int
) -> tuple[tuple[Shown, ...], int | None]:
    """The same of the next so many networks above an AS number, and the last of them; None where no other follows."""
    now = node.clock.now()
    with reading(node):
        agreed = _agreed(register, audience, now).filter(asn__gt=above)
        numbers = list(agreed.order_by("asn").values_list("asn", flat=True).distinct()[: networks + 1])
        wanted = numbers[:networks]
        return _all_shown(agreed.filter(asn__in=wanted), now), wanted[-1] if len(numbers) > networks else None


def evidence_of(row: Any) -> Evidence:
    """The evidence as it was told, or will be."""
    return read_evidence(row.evidence)


def steps_of(row: Any) -> list[Step]:
    """The steps of a row as the core takes them."""
    return [
        Step(
            event=Event(each.event),
            by=Side(each.by),
            at=each.at,
            hash=each.hash,
            about=each.about or None,
            counts=said_counts(each.counts) or None,
            shown_to=Audience(each.shown_to) if each.shown_to else None,
        )
        for each in row.steps.all()
    ]


def _agreed(register: str, audience: Audience, now: datetime) -> Any:
    rows = Measurement.objects.filter(register=register, agreed_to__in=_AUDIENCES[audience], answer_until__lte=now)
    return rows.order_by("asn", "measure", "pk")


def _all_shown(rows: Any, now: datetime) -> tuple[Shown, ...]:
    """Each once, also where both sides have their desk on this node."""
    found = {row.notice_hash: _read(row, now) for row in rows.prefetch_related("steps")}
    return tuple(_shown(each) for each in found.values() if each.standing.shown_to is not None)


def _read(row: Any, now: datetime) -> MeasuredRead:
    evidence, steps = evidence_of(row), steps_of(row)
    standing = stand(steps, measure=evidence.measure, counts=evidence.counts, answer_until=row.answer_until, now=now)
    by_hash = {each.hash: each for each in row.steps.all()}
    ordered = in_order(steps)
    ignored = {each.hash for each in standing.ignored}
    return MeasuredRead(
        number=row.pk,
        side=Side(row.side),
        register=row.register,
        own=DeskRef(row.participant, row.node, row.desk),
        other=DeskRef(row.other_participant, row.other_node, row.other_desk),
        evidence=replace(evidence, counts=standing.counts),
        told=evidence.counts,
        standing=standing,
        steps=tuple(_step(by_hash[each.hash], each.hash not in ignored) for each in ordered),
        case=row.case,
        last=by_hash[ordered[-1].hash].message_id if ordered else "",
        answer_until=row.answer_until,
        waits=row.waits,
        exercise=row.exercise,
        made_at=row.made_at,
    )


def _step(row: Any, counted: bool) -> StepRead:
    return StepRead(Event(row.event), Side(row.by), row.at, row.message_id, row.code, row.counts, row.shown_to, counted)


def _shown(each: MeasuredRead) -> Shown:
    provider, measurer = (each.other, each.own) if each.ours else (each.own, each.other)
    corrected = any(step.event is Event.CORRECTED and step.counted for step in each.steps)
    return Shown(each.register, provider, measurer, replace(each.evidence, rows=()), corrected, each.exercise)
