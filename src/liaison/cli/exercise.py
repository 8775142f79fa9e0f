r"""How are exercises planned, watched and ended at a terminal? `liaison exercise plan|show|pause|…`

    liaison exercise plan hospitals --role first=XD --role neighbour="XE XF" --role supplier=XE \
        --begins 2026-12-01T09:00:00Z
    liaison exercise show 01a2 --json

Invariants: everything of it is marked EXERCISE; only the desk that controls an exercise sees and changes it.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from liaison.cli.message.screen import plain
from liaison.cli.output import json_option, show, table
from liaison.cli.register.choices import desk_option, own_seat, read_file, register_option
from liaison.cli.session import open_node
from liaison.errors import UsageError

if TYPE_CHECKING:
    from liaison.duty.exercises.scenario import Scenario
    from liaison.node.node import Node
    from liaison.node.reads.duty.exercises import Control
    from liaison.node.services.people.officers import Seat

MARK = "EXERCISE"
SHORT = 13


@click.group()
def group() -> None:
    """Plan, watch and end exercises that a desk of this node controls."""


@group.command()
@json_option
def scenarios(*, as_json: bool) -> None:
    """List the scenarios that come with the program."""
    from liaison.duty.exercises.scenario import decode_scenario, shipped_scenarios

    found = [decode_scenario(data) for data in shipped_scenarios().values()]
    value = [_told(each) for each in found]
    show(value, table([(each.id, each.en, f"roles: {', '.join(each.roles)}") for each in found]), as_json=as_json)


@group.command()
@click.argument("file", type=click.Path(path_type=Path))
@json_option
def check(*, file: Path, as_json: bool) -> None:
    """Say whether a scenario of your own holds together."""
    from liaison.duty.exercises.scenario import decode_scenario

    scenario = decode_scenario(read_file(file))
    lines = [f"{scenario.en}: {len(scenario.roles)} roles, {len(scenario.injects)} events. It holds together."]
    show(_told(scenario), lines, as_json=as_json)


@group.command()
@click.argument("scenario")
@click.option(
    "--role", "roles", multiple=True, required=True, help='Who plays, as first="XD XE/duty". May be repeated.'
)
@click.option("--begins", default="now", show_default=True, help="As 2026-12-01T09:00:00Z.")
@click.option("--waves", is_flag=True, help="At this hour of each desk's own clock.")
@click.option("--guidance", default="", help="Advice that goes with every event.")
@desk_option
@register_option
@json_option
def plan(
    *,
    scenario: str,
    roles: tuple[str, ...],
    begins: str,
    waves: bool,
    guidance: str,
    desk: str,
    register: str,
    as_json: bool,
) -> None:
    """Plan an exercise with a SCENARIO (a name of `scenarios`, or a file) and tell everybody who plays."""
    node = open_node()
    from liaison.duty.exercises.scenario import decode_scenario, shipped_scenarios
    from liaison.node.reads.recipients import find_players
    from liaison.node.services.exercises.planning import Plan, plan_exercise
    from liaison.node.services.people.audit import SYSTEM
    from liaison.wire.identifiers import parse_instant

    data = shipped_scenarios().get(scenario) or read_file(Path(scenario))
    chosen, seat = decode_scenario(data), _seat(node, register, desk)
    named = [each.partition("=")[::2] for each in roles]
    if {name for name, _ in named} - chosen.roles.keys():
        raise UsageError("exercise-role-unknown")
    cast = {
        name: find_players(node, seat.register, " ".join(who for each, who in named if each == name), role.kind)
        for name, role in chosen.roles.items()
    }
    composed = unicodedata.normalize("NFC", guidance.strip())  # As signed texts must be.
    starts_at = node.clock.now() if begins == "now" else parse_instant(begins)
    wanted = Plan(scenario=chosen, cast=cast, starts_at=starts_at, waves=waves, guidance=composed)
    exercise = plan_exercise(node, seat, wanted, by=SYSTEM)
    show({"exercise": exercise}, [f"{MARK} {exercise} is planned; everybody who plays is told."], as_json=as_json)


@group.command("list")
@desk_option
@register_option
@json_option
def list_(*, desk: str, register: str, as_json: bool) -> None:
    """List the exercises that a desk controls."""
    node = open_node()
    from liaison.node.reads.duty.exercises import list_exercises

    seat = _seat(node, register, desk)
    found = list_exercises(node, seat.register, seat.desk)
    value = [
        {"exercise": each.exercise, "title": each.title, "state": each.state, "begins": each.starts_at.isoformat()}
        for each in found
    ]
    rows = [
        (MARK, each.exercise[:SHORT], each.state, f"{each.starts_at:%Y-%m-%d %H:%M}", plain(each.title))
        for each in found
    ]
    show(value, table(rows) if rows else ["No exercises."], as_json=as_json)


@group.command("show")
@click.argument("exercise")
@desk_option
@register_option
@json_option
def show_(*, exercise: str, desk: str, register: str, as_json: bool) -> None:
    """Show how an exercise goes: every event, who has it, and what became of what was expected."""
    node = open_node()
    control = _control(node, _seat(node, register, desk), exercise)
    judged = control.judged(node.clock.now())
    value: dict[str, Any] = {
        "exercise": control.exercise,
        "state": control.state,
        "sent": [{"event": each.inject, "desk": each.desk, "at": each.at.isoformat()} for each in control.sent],
        "expected": [
            {
                "event": each.inject,
                "desk": each.desk,
                "act": each.expected.action.value,
                "within_min": each.expected.within,
                "outcome": each.outcome.value,
                "took_s": None if each.took is None else round(each.took.total_seconds()),
            }
            for each in judged
        ],
    }
    rows = [
        (each.inject, each.desk.partition("/")[2], each.expected.action.value, f"{each.expected.within} min",
         each.outcome.value)
        for each in judged
    ]  # fmt: skip
    lines = [f"{MARK} {plain(control.course.scenario.en)}: {control.state}, {len(control.sent)} events sent"]
    show(value, [*lines, *table(rows)], as_json=as_json)


def _change(name: str, doing: str) -> click.Command:
    @click.argument("exercise")
    @desk_option
    @register_option
    @json_option
    def command(*, exercise: str, desk: str, register: str, as_json: bool) -> None:
        node = open_node()
        from liaison.node.services.exercises import planning
        from liaison.node.services.people.audit import SYSTEM

        seat = _seat(node, register, desk)
        control = _control(node, seat, exercise)
        getattr(planning, name)(node, seat, control.exercise, by=SYSTEM)
        show(
            {"exercise": control.exercise},
            [f"{MARK} {control.exercise}: everybody who plays is told."],
            as_json=as_json,
        )

    command.__doc__ = doing
    return group.command(name)(command)


_change("pause", "Let an exercise stand still.")
_change("resume", "Let an exercise go on.")
_change("end", "End an exercise, or call it off before it begins.")


def _seat(node: Node, register: str, desk: str) -> Seat:
    from liaison.officers.permissions import Role

    return own_seat(node, register, desk, Role.OFFICER)


def _control(node: Node, seat: Seat, exercise: str) -> Control:
    from liaison.node.reads.duty.exercises import list_exercises, read_control

    known = [each.exercise for each in list_exercises(node, seat.register, seat.desk)]
    found = [each for each in known if each.startswith(exercise.lower())]
    if len(found) != 1:
        raise UsageError("exercise-not-found")
    return read_control(node, seat.register, seat.desk, found[0])


def _told(scenario: Scenario) -> dict[str, Any]:
    return {
        "id": scenario.id,
        "title": scenario.en,
        "purpose": scenario.purpose,
        "roles": {name: {"kind": role.kind.value, "says": role.en} for name, role in scenario.roles.items()},
        "events": list(scenario.injects),
    }
