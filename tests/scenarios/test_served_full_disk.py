"""What becomes of a node, as it is served, when its disk really fills up, to the last page, and is emptied again?"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.facts import inspect
from tests.crash.invariants import nothing_lost_nothing_twice
from tests.crash.test_cold_starts import NOTICE, until_received
from tests.lines.notices import queue_notices
from tests.scenarios.processes import Processes
from tests.scenarios.small_disk import SIZE, SmallDisk
from tests.scenarios.test_failing_disk import SECONDS, children, eventually, ready

pytestmark = pytest.mark.sqlite

NO_LONGER_THAN = 10.0


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Processes]:
    with Processes(tmp_path, "XC", "XD") as processes:
        yield processes


def test_a_served_node_refuses_before_five_percent_are_free_reads_on_and_takes_work_again_without_a_start(
    world: Processes,
) -> None:
    with SmallDisk(world, "XD") as disk:
        for code in ("XC", "XD"):
            world.start(code)
        accepted = queue_notices(world, "XC", "XD", 1)
        until_received(world, accepted, SECONDS)
        before = children(world.running["XD"].pid)
        disk.fill(4)
        eventually(lambda: ready(world, "XD") == 503, "a nearly full disk is not told")
        assert SIZE * 3 // 100 < disk.free() < SIZE * 5 // 100
        world.run("XD", "message", "send", *NOTICE[2:], "--to", "XC", exits=3)
        accepted += queue_notices(world, "XC", "XD", 1)
        accepted.append(world.run("XD", "message", "ack", accepted[0])[0]["id"])
        disk.fill(0)
        accepted += queue_notices(world, "XC", "XD", 1)
        assert len(world.run("XD", "message", "list")) == 2
        findings = {each["check"]: each["code"] for each in world.run("XD", "node", "doctor", exits=1)}
        assert findings["disk"] == "disk-full"
        disk.empty()
        emptied = time.monotonic()
        eventually(lambda: ready(world, "XD") == 200, "returned space is not told")
        assert time.monotonic() - emptied < NO_LONGER_THAN
        until_received(world, [accepted[1], accepted[3]], SECONDS)
        assert children(world.running["XD"].pid) == before
        assert "starts again" not in (world.home("XD") / "serve.log").read_text()
    world.kill("XC")
    nothing_lost_nothing_twice(inspect(world.nodes["XC"]), inspect(world.nodes["XD"]), accepted)
