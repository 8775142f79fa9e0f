"""Does the line hold between real processes over HTTPS, killed and restarted?"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from liaison.node.models import AttachmentRow, OutgoingCopy
from liaison.node.unit_of_work import reading
from tests.scenarios.processes import Processes

NOTICE = (
    "--field",
    "title=Scanning of port 22",
    "--field",
    "incident_type=information-gathering:scanner",
    "--field",
    "expectation=for-information",
    "--stage",
    "notification",
)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Processes]:
    with Processes(tmp_path, "XC", "XD", "XE") as processes:
        yield processes


def until(check: Any, seconds: float = 40.0) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := check():
            return found
        time.sleep(0.2)
    raise AssertionError("it did not happen in time")


def states(world: Processes, message_id: str) -> set[str]:
    """Where the copies of XC's message stand, without a command for each look."""
    with reading(world.nodes["XC"]):
        return set(OutgoingCopy.objects.filter(message__message_id=message_id).values_list("state", flat=True))


def test_a_notice_with_an_attachment_reaches_both_desks_although_one_was_killed(
    world: Processes, tmp_path: Path
) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("address\n192.0.2.1\n" * 1000)
    for code in ("XC", "XD", "XE"):
        world.start(code)
    world.kill("XE")
    words = ("--to", "XD", "--to", "XE", "--together", "--attach", str(rows))
    sent = world.run("XC", "message", "send", *words, *NOTICE)[0]
    assert sorted(copy["state"] for copy in sent["copies"]) == ["queued", "received"]
    world.start("XE")
    until(lambda: states(world, sent["id"]) == {"received"})
    for code in ("XD", "XE"):
        with reading(world.nodes[code]):
            until(AttachmentRow.objects.filter(incoming__message_id=sent["id"], state="held").exists)
        assert world.run(code, "message", "show", sent["id"])["attachments"][0]["state"] == "held"
        world.run(code, "message", "ack", sent["id"])
    until(lambda: states(world, sent["id"]) == {"acknowledged"})
    shown = world.run("XC", "message", "show", sent["id"])
    assert {copy["state"] for copy in shown["copies"]} == {"acknowledged"}
    world.run("XD", "message", "show", sent["id"], "--save", str(tmp_path / "saved"))
    assert (tmp_path / "saved" / "1-rows.csv").read_text() == rows.read_text()
    world.run("XC", "message", "export", sent["case"], "-o", str(tmp_path / "case.json"))
    verified = world.run("XD", "verify", "transcript", str(tmp_path / "case.json"))
    assert (verified["proven"], len(verified["statements"])) == (True, 3)
    assert world.stop("XD") == 0
