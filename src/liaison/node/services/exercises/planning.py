"""How does a desk plan an exercise, and how does it stand still, go on or end?

    look_at(node, seat, Plan(scenario, cast, starts_at=…))     when it would begin for whom, before anybody is told
    exercise = plan_exercise(node, seat, Plan(…), by=7)
    pause(node, seat, exercise, by=7)      resume(…)      end(…)      before it began, end is: it does not take place

Invariants (docs/spec/exercises.md):
- Every role is played by desks of its kind, none by exercise control itself.
- Everybody who plays is told of the plan, of each pause and of the end, in a message of an exercise.
- A wave begins at the same hour of the local clock for every desk, by the zone in its record; a desk whose zone is not
  known begins when exercise control does.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from liaison.duty.exercises.scenario import INJECT, Scenario
from liaison.errors import LiaisonError, UsageError
from liaison.messages.forms.catalogue import latest_form
from liaison.messages.forms.checking import check_value
from liaison.messages.parties import DeskRef
from liaison.node.models import Exercise
from liaison.node.node import Node
from liaison.node.reads.desk.regions import zones_of
from liaison.node.reads.duty.exercises import CONTROL, desk_key, desk_of
from liaison.node.reads.inside.rules import columns
from liaison.node.reads.register import directory
from liaison.node.services.line.sending import Letter, check_letter, send_letter
from liaison.node.services.people.audit import note
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.permissions import Action, require
from liaison.wire.canonical import JSON
from liaison.wire.identifiers import format_instant, format_uuid7

MOST_DESKS = 500
SOONEST, FURTHEST = timedelta(minutes=-1), timedelta(days=366)
GUIDANCE = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be held: who plays which role, from when, and whether each begins at that hour of its own clock."""

    scenario: Scenario
    cast: Mapping[str, Sequence[DeskRef]]
    starts_at: datetime
    zone: str = "UTC"
    waves: bool = False
    guidance: str = ""


def plan_exercise(node: Node, seat: Seat, plan: Plan, *, by: int) -> str:
    """Keep the plan and tell everybody who plays; the id of the exercise. Raises UsageError, MalformedError."""
    require(Action.WRITE, seat.roles)
    now, begins = node.clock.now(), look_at(node, seat, plan)
    exercise = format_uuid7(int(now.timestamp() * 1000), node.entropy.draw(10))
    with unit_of_work(node):
        row = Exercise.objects.create(
            **columns(seat.register, seat.desk),
            exercise=exercise,
            scenario=msgspec.json.encode(plan.scenario),
            guidance=plan.guidance,
            cast={role: [desk_key(desk) for desk in desks] for role, desks in plan.cast.items()},
            begins={desk_key(desk): format_instant(at) for desk, at in begins.items()},
            state="planned",
            planned_by=by,
            planned_at=now,
            starts_at=min(begins.values()),
        )
        note(node, "exercise-planned", officer=by, subject=exercise, params={"desks": len(begins)})
        for desk, at in begins.items():
            _tell(node, row, desk, {"event": "planned", "begins": format_instant(at)})
    return exercise


def look_at(node: Node, seat: Seat, plan: Plan) -> dict[DeskRef, datetime]:
    """When it would begin for each desk that plays, before anybody is told. Raises UsageError, MalformedError."""
    now = node.clock.now()
    if not now + SOONEST <= plan.starts_at <= now + FURTHEST:
        raise UsageError("exercise-start")
    if len(plan.guidance) > GUIDANCE:
        raise UsageError("exercise-guidance", most=GUIDANCE)
    if plan.guidance:  # What cannot be sent is refused now, not event by event on the day.
        check_value(latest_form(INJECT).fields["guidance"], {"lang": plan.scenario.lang, "text": plan.guidance})
    _check_cast(node, seat, plan)
    return starts(node, seat, plan)


def starts(node: Node, seat: Seat, plan: Plan) -> dict[DeskRef, datetime]:
    """When the exercise begins for each desk that plays."""
    desks = list(dict.fromkeys(desk for each in plan.cast.values() for desk in each))
    if not plan.waves:
        return dict.fromkeys(desks, plan.starts_at)
    zones = zones_of(node, seat.register, desks)
    wall = plan.starts_at.astimezone(zoneinfo.ZoneInfo(plan.zone)).replace(tzinfo=None)
    begins = {
        desk: wall.replace(tzinfo=zoneinfo.ZoneInfo(zones.get(desk, plan.zone))).astimezone(UTC) for desk in desks
    }
    if min(begins.values()) < node.clock.now():
        raise UsageError("exercise-wave-over")
    return begins


def pause(node: Node, seat: Seat, exercise: str, *, by: int) -> None:
    """Let the exercise stand still for all. Raises UsageError."""

    def change(row: Exercise, now: str) -> str:
        _require_state(row, "running")
        row.state, row.pauses = "paused", [*row.pauses, [now, None]]
        return "paused"

    _change(node, seat, exercise, change, by=by)


def resume(node: Node, seat: Seat, exercise: str, *, by: int) -> None:
    """Let it go on. Raises UsageError."""

    def change(row: Exercise, now: str) -> str:
        _require_state(row, "paused")
        row.state, row.pauses = "running", _until(row.pauses, now)
        return "resumed"

    _change(node, seat, exercise, change, by=by)


def end(node: Node, seat: Seat, exercise: str, *, by: int) -> None:
    """End it; one that has not begun does not take place. Raises UsageError."""

    def change(row: Exercise, now: str) -> str:
        _require_state(row, "planned", "running", "paused")
        row.pauses, row.ended_at = _until(row.pauses, now), node.clock.now()
        row.state = "cancelled" if row.state == "planned" else "ended"
        return "cancelled" if row.state == "cancelled" else "ends"

    _change(node, seat, exercise, change, by=by)


def _change(node: Node, seat: Seat, exercise: str, change: Any, *, by: int) -> None:
    require(Action.WRITE, seat.roles)
    with unit_of_work(node):
        place = columns(seat.register, seat.desk)
        row = Exercise.objects.select_for_update().filter(**place, exercise=exercise).first()
        if row is None:
            raise UsageError("exercise-not-found")
        event = change(row, format_instant(node.clock.now()))
        row.save()
        note(node, "exercise-changed", officer=by, subject=exercise, params={"event": event})
        for desk in row.begins:
            _tell(node, row, desk_of(desk), {"event": event})


def _require_state(row: Exercise, *states: str) -> None:
    if row.state not in states:
        raise UsageError("exercise-state", state=row.state)


def _until(pauses: Sequence[Sequence[str | None]], now: str) -> list[list[str | None]]:
    return [[start, ends or now] for start, ends in pauses]


def _check_cast(node: Node, seat: Seat, plan: Plan) -> None:
    """Raises UsageError for the first role that nobody, the wrong kind, or exercise control itself would play."""
    found = directory(node, seat.register)
    for name, role in plan.scenario.roles.items():
        desks = plan.cast.get(name, ())
        if not desks or len(desks) > MOST_DESKS:
            raise UsageError("exercise-role-empty", role=name)
        for desk in desks:
            entries = [each for each in found.desks(participant=desk.participant) if each.desk == desk.desk]
            kinds = {each.kind for each in entries if each.node == desk.node}
            if role.kind not in kinds:
                raise UsageError("exercise-role-kind", role=name, kind=role.kind.value)
            if desk == seat.desk:
                raise UsageError("exercise-role-own", role=name)
    if plan.cast.keys() - plan.scenario.roles.keys():
        raise UsageError("exercise-role-unknown")


def _tell(node: Node, row: Exercise, desk: DeskRef, fields: Mapping[str, JSON]) -> None:
    """Tell one desk; one that cannot be told now is told by nothing else, and does not hold up the others."""
    letter = Letter(
        register=row.register,
        sender=DeskRef(row.participant, row.node, row.desk),
        to=(desk,),
        form=CONTROL,
        fields={"exercise": row.exercise, **fields},
        exercise=True,
        batch=row.exercise,
    )
    try:
        check_letter(node, letter)
    except LiaisonError:
        note(node, "exercise-not-told", subject=row.exercise, params={"desk": desk_key(desk)})
    else:
        send_letter(node, letter)
