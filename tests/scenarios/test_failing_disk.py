"""What becomes of a whole node, as it is served, when a sync of its disk fails? It starts again by itself, once."""

from __future__ import annotations

import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from liaison.node.work.starting_over import CALM_SECONDS, LONGEST_WAIT, next_wait, times_in_a_row
from tests.crash.facts import inspect
from tests.crash.invariants import nothing_lost_nothing_twice
from tests.crash.test_cold_starts import NOTICE, send, until_received
from tests.crash.tracing import injected, strace
from tests.scenarios.processes import Processes

pytestmark = pytest.mark.sqlite
SECONDS = 60.0


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Processes]:
    with Processes(tmp_path, "XC", "XD") as processes:
        yield processes


def children(pid: int) -> list[int]:
    """The processes that `pid` started: the door and the worker."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(child) for child in (task / "children").read_text().split()]
    return sorted(found)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def eventually(true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


def ready(world: Processes, code: str) -> int:
    """What /readyz answers, 0 for nothing."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with urllib.request.urlopen(f"https://127.0.0.1:{world.ports[code]}/readyz", context=context, timeout=5) as got:
            return int(got.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def test_a_node_whose_sync_failed_starts_again_and_takes_what_it_refused(world: Processes) -> None:
    for code in ("XC", "XD"):
        world.start(code)
    first = send(world)
    until_received(world, [first], SECONDS)
    supervisor = world.running["XD"].pid
    before = children(supervisor)
    assert len(before) == 2
    with ExitStack() as faults:
        for pid in before:
            faults.enter_context(injected(pid, ("fdatasync", "fsync"), "error=EIO"))
        second = send(world)
        eventually(lambda: not any(map(alive, before)), "the processes whose disk failed live on")
    until_received(world, [second], SECONDS)
    assert world.running["XD"].poll() is None
    assert ready(world, "XD") == 200
    said = (world.home("XD") / "serve.log").read_text()
    assert said.count("the node starts again in 0 seconds") == 1
    assert "SQLITE_IOERR_FSYNC" in said
    findings = {each["check"]: each for each in world.run("XD", "node", "doctor")}
    assert (findings["storage"]["state"], findings["storage"]["code"]) == ("warn", "storage-failed-once")
    for code in ("XC", "XD"):
        world.kill(code)
    nothing_lost_nothing_twice(inspect(world.nodes["XC"]), inspect(world.nodes["XD"]), [first, second])


def test_the_second_failure_soon_after_waits_and_each_after_that_longer() -> None:
    assert [next_wait(times) for times in (0, 1, 2, 3, 40)] == [0.0, 5.0, 10.0, 20.0, LONGEST_WAIT]
    assert times_in_a_row("", 100.0) == 0
    assert times_in_a_row("3@100.0", 100.0 + CALM_SECONDS - 1) == 3
    assert times_in_a_row("3@100.0", 100.0 + CALM_SECONDS + 1) == 0


def test_what_a_command_met_ends_the_served_node_too_and_while_it_waits_it_says_so(
    world: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIAISON_STARTED_OVER", f"3@{time.monotonic()}")
    world.start("XC")
    failing = strace("fdatasync,fsync", "error=EIO")
    world.run("XC", "message", "send", *NOTICE, exits=3, inside=failing)
    eventually(lambda: "starts again in 20 seconds" in (world.home("XC") / "serve.log").read_text(), "no word")
    assert ready(world, "XC") == 503
    assert (world.home("XC") / "disk-failed").exists()
