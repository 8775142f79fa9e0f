"""Does a notice survive kill -9 of whole nodes as they are served, over HTTPS, and started anew from nothing?"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from liaison.node.models import OutgoingMessage
from liaison.node.unit_of_work import reading
from tests.lines.notices import check_stories, until_quiet
from tests.scenarios.processes import PROGRAM, Processes

NOTICE = ("--to", "XD", "--stage", "notification", "--field", "title=Scanning of port 22")
NOTICE += ("--field", "incident_type=information-gathering:scanner", "--field", "expectation=for-information")
LEASE_SECONDS = 200.0


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Processes]:
    with Processes(tmp_path, "XC", "XD") as processes:
        yield processes


def send(world: Processes, **given: Any) -> str:
    sent = world.run("XC", "message", "send", *NOTICE, **given)
    return str(sent[0]["id"])


def until_received(world: Processes, ids: list[str], seconds: float) -> None:
    """Wait until the sender holds a receipt for each, then look into the inbox."""
    deadline = time.monotonic() + seconds
    with reading(world.nodes["XC"]):
        received = OutgoingMessage.objects.filter(copies__state="received").values_list("message_id", flat=True)
        while set(ids) - set(received.all()):
            assert time.monotonic() < deadline
            time.sleep(0.1)
    inbox = [each["id"] for each in world.run("XD", "message", "list")]
    assert sorted(set(inbox) & set(ids)) == sorted(ids)
    assert len(inbox) == len(set(inbox))


def until_all_is_told(world: Processes, accepted: list[str], seconds: float) -> None:
    """The same, and both nodes tell one story of all of it."""
    until_received(world, accepted, seconds)
    until_quiet(world, "XC", seconds=seconds)
    check_stories(world, "XC", "XD", accepted)


def test_notices_outlive_the_processes_of_both_nodes(world: Processes) -> None:
    world.start("XC")
    first = send(world)
    world.kill("XC")
    second = send(world)
    world.start("XD")
    world.kill("XD")
    world.start("XD")
    world.start("XC")
    until_all_is_told(world, [first, second], 60.0)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(5))
def test_notices_outlive_kills_at_random_in_the_midst_of_sending(world: Processes, seed: int) -> None:
    chance = random.Random(seed)
    accepted = []
    for _ in range(4):
        for code in ("XC", "XD"):
            if code not in world.running:
                world.start(code)
        begun = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, "--home", str(world.home("XC")), "message", "send", *NOTICE, "--json"],
            stdout=subprocess.PIPE,
            env=world.environment("XC"),
        )
        time.sleep(chance.uniform(0.3, 2.0))
        for code in chance.choice([("XC",), ("XD",), ("XC", "XD")]):
            world.kill(code)
        if chance.random() < 0.5:
            os.kill(begun.pid, signal.SIGKILL)
        begun.communicate(timeout=60)
        accepted.append(send(world))
    for code in ("XC", "XD"):
        if code not in world.running:
            world.start(code)
    until_all_is_told(world, accepted, LEASE_SECONDS)
