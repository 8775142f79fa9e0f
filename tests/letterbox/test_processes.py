"""Do real processes over HTTPS, one of which listens nowhere, carry one message however often they are killed?"""

from __future__ import annotations

import time
from pathlib import Path

import msgspec
import pytest

from liaison.node import homes, models
from liaison.node.config import Address, LetterBox, Listen, read_config
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.register.records import Address as WayTo
from tests.scenarios.processes import Processes
from tests.scenarios.test_processes import NOTICE, until

FETCHED_EVERY = 5


class BehindNat(Processes):
    """XD listens nowhere; XE keeps its letters."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "XC", "XE", "XD")
        keeping = LetterBox((self.registry.ids["XD"],))
        self._change("XE", letter_box=keeping)
        self._change(
            "XD", listen=Listen(port=0), address=Address(), letter_box=LetterBox(ask_every_seconds=FETCHED_EVERY)
        )
        with unit_of_work(self.nodes["XD"]):
            models.OwnLetterBox.objects.create(
                register=self.registry.entries[0].leaf,
                participant=self.registry.ids["XD"],
                node="main",
                by_participant=self.registry.ids["XE"],
                by_node="main",
                since=self.nodes["XD"].clock.now(),
            )

    def ways(self, code: str) -> tuple[WayTo, ...]:
        return (self.registry.box("XE"),) if code == "XD" else super().ways(code)

    def _listens(self, code: str) -> bool:
        if code != "XD":
            return super()._listens(code)
        return "No peer door" in (self.home(code) / "serve.log").read_text()

    def _change(self, code: str, **changes: object) -> None:
        homes.replace_config(self.home(code), msgspec.structs.replace(read_config(self.home(code)), **changes))


def state(world: Processes, code: str) -> list[str]:
    with reading(world.nodes[code]):
        return list(models.OutgoingCopy.objects.values_list("state", flat=True))


def inbox(world: Processes) -> int:
    with reading(world.nodes["XD"]):
        return models.IncomingCopy.objects.filter(verdict="accepted").count()


def test_a_node_that_listens_nowhere_serves_and_stops_when_it_is_told(tmp_path: Path) -> None:
    with BehindNat(tmp_path) as world:
        world.start("XD")
        assert not listens(world)
        assert world.stop("XD") == 0


@pytest.mark.soak
def test_a_node_that_listens_nowhere_is_written_to_while_everybody_is_killed_in_turn(tmp_path: Path) -> None:
    with BehindNat(tmp_path) as world:
        for code in ("XC", "XE"):
            world.start(code)
        sent = world.run("XC", "message", "send", "--to", "XD", *NOTICE)
        assert sent
        until(lambda: kept(world) == ["kept"])
        world.kill("XE")
        world.start("XD")
        time.sleep(0.5)
        world.kill("XD")
        world.start("XE")
        world.start("XD")
        until(lambda: state(world, "XC") == ["received"], seconds=60)
        assert inbox(world) == 1
        assert not listens(world)
        assert world.stop("XD") == 0


def listens(world: Processes) -> bool:
    """Whether anything answers where XD's door would have been."""
    rows = Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    return any(
        row.split()[3] == "0A" and int(row.split()[1].rpartition(":")[2], 16) == world.ports["XD"] for row in rows
    )


def kept(world: Processes) -> list[str]:
    with reading(world.nodes["XE"]):
        return list(models.KeptLetter.objects.values_list("state", flat=True))
