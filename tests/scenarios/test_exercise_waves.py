"""Does each desk of a wave begin at that hour of its own clock, wherever it is and whatever day of the year it is?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from liaison.duty.exercises.scenario import decode_scenario
from liaison.errors import UsageError
from liaison.messages.message import open_message
from liaison.node.models import IncomingCopy
from liaison.node.services.exercises.planning import Plan, plan_exercise, starts
from liaison.node.services.exercises.running import run_exercises
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Role
from liaison.register import bodies
from tests.register.registry import small_register
from tests.world import World

ZONES = {"XD": "Pacific/Auckland", "XE": "Africa/Nairobi", "XF": "America/St_Johns", "XG": None, "XH": "No/Where"}
SCENARIO = decode_scenario(b"""
id = "wave"
version = 1
en = "A wave"
purpose = "Begin in the morning."
[roles.all]
kind = "technical"
en = "Everybody"
[injects.morning]
to = ["all"]
en = "It is morning"
text = "It is nine."
[injects.later]
minutes = 90
to = ["all"]
en = "It is later"
text = "It is half past ten."
""")
HALF = timedelta(minutes=30)


@pytest.fixture
def world(tmp_path: Path) -> World:
    registry = small_register("XC", *ZONES, rehearsal=False)
    for code, zone in ZONES.items():
        part = bodies.Part(audience="participants", digest=registry.contact("duty", zone=zone))
        registry.by_node(registry.desk_body("duty", parts=(part,)), code)
    return World(tmp_path, codes=("XC", *ZONES), registry=registry)


def plan(world: World, at: datetime, zone: str = "UTC") -> Plan:
    cast = {"all": [world.desk(code) for code in ZONES]}
    return Plan(scenario=SCENARIO, cast=cast, starts_at=at, zone=zone, waves=True)


def seat(world: World) -> Seat:
    return Seat(world.register, world.desk("XC"), frozenset({Role.OFFICER}))


def injects(world: World, code: str) -> list[str]:
    with world.at(code):
        rows = IncomingCopy.objects.filter(form="exercise-inject", verdict="accepted").order_by("pk")
        return [str(open_message(bytes(row.plaintext)).fields["inject"]) for row in rows]


def test_every_event_arrives_by_the_clock_of_the_desk_and_of_control_where_no_zone_is_known(world: World) -> None:
    nine = datetime(2026, 11, 25, 9, tzinfo=UTC)
    plan_exercise(world.nodes["XC"], seat(world), plan(world, nine), by=1)
    arrived: dict[str, list[datetime]] = {code: [] for code in ZONES}
    world.clock.at = datetime(2026, 11, 24, 19, tzinfo=UTC)
    while world.clock.at < datetime(2026, 11, 25, 15, tzinfo=UTC):
        world.advance(minutes=30)
        run_exercises(world.nodes["XC"])
        world.work()
        for code, times in arrived.items():
            times += [world.clock.at] * (len(injects(world, code)) - len(times))
    begins = {
        "XD": datetime(2026, 11, 24, 20, tzinfo=UTC),
        "XE": datetime(2026, 11, 25, 6, tzinfo=UTC),
        "XF": datetime(2026, 11, 25, 12, 30, tzinfo=UTC),
        "XG": nine,
        "XH": nine,
    }
    assert arrived == {code: [at, at + 3 * HALF] for code, at in begins.items()}


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        ((2027, 3, 13), {"XD": 20 - 24, "XE": 6, "XF": 12.5}),
        ((2027, 3, 15), {"XD": 20 - 24, "XE": 6, "XF": 11.5}),  # St John's has put its clocks forward.
        ((2027, 4, 5), {"XD": 21 - 24, "XE": 6, "XF": 11.5}),  # Auckland has put them back.
    ],
)
def test_a_wave_follows_each_clock_through_its_changes(
    world: World, day: tuple[int, int, int], hours: dict[str, float]
) -> None:
    nine = datetime(*day, 9, tzinfo=UTC)
    found = starts(world.nodes["XC"], seat(world), plan(world, nine))
    midnight = nine.replace(hour=0)
    assert {code: (found[world.desk(code)] - midnight) / timedelta(hours=1) for code in hours} == hours


def test_an_hour_that_a_clock_leaves_out_or_has_twice_begins_once(world: World) -> None:
    for skipped in (datetime(2027, 3, 14, 2, 30, tzinfo=UTC), datetime(2027, 11, 7, 1, 30, tzinfo=UTC)):
        found = starts(world.nodes["XC"], seat(world), plan(world, skipped))
        assert timedelta(0) < found[world.desk("XF")] - skipped <= timedelta(hours=4)


def test_the_hour_is_by_the_clock_of_whoever_plans(world: World) -> None:
    nine_in_tokyo = datetime(2026, 11, 25, 0, tzinfo=UTC)
    found = starts(world.nodes["XC"], seat(world), plan(world, nine_in_tokyo, "Asia/Tokyo"))
    assert found[world.desk("XE")] == datetime(2026, 11, 25, 6, tzinfo=UTC)
    assert found[world.desk("XG")] == nine_in_tokyo


def test_a_wave_whose_hour_is_over_somewhere_is_refused_and_nobody_is_told(world: World) -> None:
    soon = world.clock.now() + timedelta(hours=1)
    with pytest.raises(UsageError, match="exercise-wave-over"):
        plan_exercise(world.nodes["XC"], seat(world), plan(world, soon), by=1)
    world.work()
    assert all(injects(world, code) == [] for code in ZONES)
