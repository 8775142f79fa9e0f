"""Is a silent worker noticed, at the door and outside, and does noticing never stop the work?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from liaison.duty.checks.planned_work import make_work
from liaison.errors import NotNowError, UnreachableError
from liaison.node.config import Address, Config, Watch
from liaison.node.models import Heartbeat
from liaison.node.services.care import ending
from liaison.node.services.care.surroundings import Surroundings
from liaison.node.services.checks.planned_work import plan_work
from liaison.node.services.checks.watching import Beating, note_beat, tell_outside
from liaison.node.services.people.audit import SYSTEM
from liaison.node.work.jobs import TELL_OUTSIDE, jobs_beside
from liaison.peer.door import Door
from liaison.peer.quotas import Quotas
from liaison.wire.http import HttpRequest
from tests.world import World

URL = "https://watch.example/ping/7"


@dataclass
class Service:
    """A dead-man service outside."""

    status: int = 200
    told: list[tuple[str, bytes]] = field(default_factory=list)

    def check(self, url: str) -> None:
        pass

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        self.told.append((url, body))
        return self.status


def watched_by(world: World, service: Service) -> None:
    """Let a service watch over XC."""
    config = Config(address=Address(url="https://xc.example:8443"), watch=Watch(url=URL, every_minutes=3))
    world.nodes["XC"] = replace(world.nodes["XC"], webhooks=service, config=config)
    world.network.doors["XC"] = Door(world.nodes["XC"], Quotas())


def ready(world: World, path: str = "/readyz") -> tuple[int, str]:
    found = world.network.ask("xc.example:8443", HttpRequest("GET", path))
    return found.status, found.body.decode()


def test_the_door_says_that_the_worker_is_silent_and_goes_on_serving(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        assert ready(world) == (200, "ready\n")
        note_beat(world.nodes["XC"])
        world.advance(minutes=5)
        assert ready(world) == (200, "ready\n")
        world.advance(minutes=7)
        assert ready(world) == (200, "ready\nworker-silent 720\n")
        assert "liaison_worker_silent_seconds 720\n" in ready(world, "/metrics")[1]
        note_beat(world.nodes["XC"])
        assert ready(world) == (200, "ready\n")


def test_a_worker_that_stands_still_for_work_planned_at_the_whole_node_is_not_silent(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        node, now = world.nodes["XC"], world.clock.at
        note_beat(node)
        plan_work(node, None, make_work(now, now + timedelta(hours=1), now), by=SYSTEM)
        world.advance(minutes=12)
        until = f"{now + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
        assert ready(world) == (200, f"ready\nplanned-work {until}\n")
        assert (
            ending.check_heartbeat(node, Surroundings(tmp_path, (), (), free=1, total=1, worker=True, tls=None)).code
            == "heartbeat-planned"
        )
        world.advance(minutes=48)
        assert ready(world) == (200, "ready\nworker-silent 3600\n")


def test_a_heartbeat_ahead_of_the_clock_is_no_sign(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        note_beat(world.nodes["XC"])
        world.advance(days=-1)
        assert ready(world)[1] == "ready\nworker-silent 86400\n"


@pytest.mark.parametrize("days", [-1, 1])
def test_a_worker_that_lives_is_heard_as_soon_as_its_clock_was_set(tmp_path: Path, days: int) -> None:
    with World(tmp_path) as world:
        beating = Beating(world.nodes["XC"])
        beating()
        world.clock.at += timedelta(days=days)
        assert ready(world)[1] == "ready\nworker-silent 86400\n"
        beating()
        assert ready(world)[1] == "ready\n"


def test_the_service_outside_is_told_while_the_loop_goes_round_and_not_after(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        service = Service()
        watched_by(world, service)
        node = world.nodes["XC"]
        note_beat(node)
        tell_outside(node)
        assert service.told == [(URL, b"")]
        world.advance(minutes=6)
        with pytest.raises(NotNowError, match="worker-silent"):
            tell_outside(node)
        assert len(service.told) == 1
        note_beat(node)
        service.status = 404
        with pytest.raises(UnreachableError, match="watch-refused"):
            tell_outside(node)
        (job,) = [each for each in jobs_beside(node) if each.name == TELL_OUTSIDE]
        assert job.every.total_seconds() == 180


def test_a_node_that_nobody_watches_has_no_such_job(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        assert TELL_OUTSIDE not in [each.name for each in jobs_beside(world.nodes["XC"])]


def test_the_worker_notes_its_heartbeat_now_and_then_and_never_stops_for_it(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        node = world.nodes["XC"]
        beating = Beating(node)
        for _ in range(100):
            beating()
            world.advance(seconds=1)
        with world.at("XC"):
            first = Heartbeat.objects.get().at
        assert (world.clock.at - first).total_seconds() == 10
        node.storage.note_failure("gone")
        world.advance(minutes=1)
        beating()
        with world.at("XC"):
            assert Heartbeat.objects.get().at == first
