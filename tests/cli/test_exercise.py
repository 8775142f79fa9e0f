"""Is an exercise planned, watched and ended at a terminal as on the pages?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from liaison.duty.exercises.scenario import shipped_scenarios
from liaison.node.models import Exercise
from liaison.node.unit_of_work import reading
from liaison.wire.identifiers import format_instant
from tests.cli.homes import Terminal
from tests.cli.test_directory import Desk
from tests.mirrored import seed_node
from tests.register.registry import small_register

ROLES = ("--role", "first=XD", "--role", "neighbour=XE, XD", "--role", "supplier=XE/duty")
SOON = format_instant(datetime.now(UTC) + timedelta(days=1))


@pytest.fixture
def desk(tmp_path: Path, terminal: Terminal) -> Desk:
    found = Desk(tmp_path, terminal)
    seed_node(found.node, small_register("XC", "XD", "XE"), "XC")
    return found


def test_an_exercise_is_planned_shown_held_up_and_ended(desk: Desk, terminal: Terminal) -> None:
    later = format_instant(desk.node.clock.now() + timedelta(days=30))
    planned = desk.value("exercise", "plan", "hospitals", *ROLES, "--begins", later)
    (listed,) = desk.value("exercise", "list")
    assert (listed["exercise"], listed["state"]) == (planned["exercise"], "planned")
    assert desk.value("exercise", "show", planned["exercise"][:13])["expected"] == []
    assert terminal.refusal(desk.node.home, "exercise", "pause", planned["exercise"]) == "exercise-state"
    desk.value("exercise", "end", planned["exercise"])
    assert desk.value("exercise", "show", planned["exercise"])["state"] == "cancelled"


def test_a_role_that_is_named_twice_is_played_by_both(desk: Desk) -> None:
    roles = ("--role", "reporter=XD", "--role", "home=XE", "--role", "affected=XD", "--role", "affected=XE")
    desk.value("exercise", "plan", "provider", *roles, "--begins", SOON)
    with reading(desk.node):
        assert len(Exercise.objects.get().cast["affected"]) == 2


def test_what_does_not_fit_is_refused_and_nothing_is_planned(desk: Desk, terminal: Terminal) -> None:
    home = desk.node.home
    for given, code in (
        (("hospitals", *ROLES, "--role", "press=XD", "--begins", SOON), "exercise-role-unknown"),
        (("hospitals", *ROLES[:4], "--begins", SOON), "exercise-role-empty"),
        (("hospitals", *ROLES, "--begins", "2020-01-01T09:00:00Z"), "exercise-start"),
        (("no-such-file.toml", *ROLES, "--begins", SOON), "file-not-readable"),
    ):
        assert terminal.refusal(home, "exercise", "plan", *given) == code
    assert desk.value("exercise", "list") == []


def test_a_scenario_of_ones_own_is_checked_before_it_is_used(desk: Desk, terminal: Terminal, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_bytes(shipped_scenarios()["provider"])
    assert desk.value("exercise", "check", str(own))["id"] == "provider"
    own.write_bytes(shipped_scenarios()["provider"].replace(b"within = 15", b"within = 0", 1))
    assert terminal.refusal(desk.node.home, "exercise", "check", str(own)) == "scenario-inconsistent"
    assert {each["id"] for each in desk.value("exercise", "scenarios")} == set(shipped_scenarios())
