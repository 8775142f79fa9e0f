"""Does everything that was accepted during a partition arrive after it, once, and soon?"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests.lines.namespaces import PARTINGS, Cable
from tests.lines.notices import check_stories, queue_notices, receipted, until_quiet
from tests.scenarios.processes import Processes

pytestmark = pytest.mark.sqlite

FIRST_RETRY, ALL_DELIVERED = 30.0, 60.0
APART_SECONDS = 4.0


@dataclass
class Parted:
    """Two served nodes, each in its namespace, and what was accepted so far."""

    cable: Cable
    world: Processes
    accepted: list[str] = field(default_factory=list)

    def live_through(self, how: str, notices: int, *, seconds: float = APART_SECONDS) -> tuple[float, float]:
        """Queue during the partition; after healing, seconds to the first receipt and until nothing is left."""
        before = receipted(self.world, "XC")
        self.cable.part(how)
        self.accepted += queue_notices(self.world, "XC", "XD", notices, text="Seen.")
        time.sleep(seconds)
        assert receipted(self.world, "XC") == before
        self.cable.heal(how)
        healed = time.monotonic()
        while receipted(self.world, "XC") == before:
            assert time.monotonic() - healed < FIRST_RETRY
            time.sleep(0.05)
        first = time.monotonic() - healed
        until_quiet(self.world, "XC", seconds=ALL_DELIVERED)
        return first, time.monotonic() - healed


@pytest.fixture(scope="module")
def parted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parted]:
    with Cable() as cable:
        folder = tmp_path_factory.mktemp("parted")
        with Processes(folder, "XC", "XD", server="", places=cable.places) as world:
            world.start("XC")
            world.start("XD")
            yield Parted(cable, world)


@pytest.mark.parametrize("how", PARTINGS)
def test_what_was_queued_arrives_once_after_a_partition_that_is(parted: Parted, how: str) -> None:
    parted.live_through(how, 200 if how == "silent both ways" else 20)
    check_stories(parted.world, "XC", "XD", parted.accepted)


def test_a_line_that_flaps_each_second_loses_and_doubles_nothing(parted: Parted) -> None:
    for _ in range(3):
        parted.cable.part("silent both ways")
        parted.accepted += queue_notices(parted.world, "XC", "XD", 5, text="Seen.")
        parted.accepted += queue_notices(parted.world, "XD", "XC", 5, text="Seen.")
        time.sleep(1)
        parted.cable.heal("silent both ways")
        time.sleep(1)
    for code in ("XC", "XD"):
        until_quiet(parted.world, code, seconds=ALL_DELIVERED)
    check_stories(parted.world, "XC", "XD", parted.accepted)


@pytest.mark.soak
def test_ten_thousand_queued_notices_are_delivered_after_a_partition(parted: Parted) -> None:
    first, took = parted.live_through("silent both ways", 10_000, seconds=60.0)
    print(f"first receipt {first:.1f} s after healing, all 10,000 after {took:.1f} s")
    check_stories(parted.world, "XC", "XD", parted.accepted)
