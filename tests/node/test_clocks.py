"""Does a node go on when its clock is set back or forward? Nothing waits for a moment that a wrong clock wrote."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from liaison.node.models import Delivery, OutgoingCopy
from liaison.node.node import Node
from liaison.node.services.line.sending import send_letter
from liaison.node.work.timers import Job, run_due, take_turns
from tests.world import World

DAY = 24 * 3600.0


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path, codes=("XC", "XD")) as built:
        yield built


def set_clock(world: World, seconds: float) -> None:
    """Change the time of day; what has passed is not touched."""
    world.clock.at += timedelta(seconds=seconds)


def states(world: World) -> set[str]:
    with world.at("XC"):
        return set(OutgoingCopy.objects.values_list("state", flat=True))


@pytest.mark.parametrize("step", [-DAY, -3600.0, 3600.0, DAY])
def test_a_lease_written_before_the_clock_was_set_does_not_hold_the_work(world: World, step: float) -> None:
    send_letter(world.nodes["XC"], world.letter("XC", "XD"), leased=True)
    set_clock(world, step)
    world.work()
    assert states(world) == {"received"}


@pytest.mark.parametrize("step", [-DAY, -3600.0, 3600.0, DAY])
def test_a_pause_and_an_open_breaker_end_when_the_clock_is_set(world: World, step: float) -> None:
    world.network.down.add("XD")
    for _ in range(6):
        world.send("XC", "XD")
    world.network.down.clear()
    set_clock(world, step)
    world.work()
    assert states(world) == {"received"}
    with world.at("XC"):
        assert not Delivery.objects.exists()


def test_a_job_fires_once_a_turn_and_goes_on_after_the_clock_was_set_back(world: World) -> None:
    ran: list[Node] = []
    jobs = (Job("a", timedelta(minutes=1), ran.append),)
    node = world.nodes["XC"]
    assert [run_due(node, jobs), run_due(node, jobs)] == [1, 0]
    set_clock(world, -DAY)
    assert [run_due(node, jobs), run_due(node, jobs)] == [1, 0]
    set_clock(world, DAY)
    assert len(take_turns(node, jobs)) == 1
    set_clock(world, 61 - DAY)
    assert [run_due(node, jobs), run_due(node, jobs)] == [1, 0]
    assert len(ran) == 3
