"""Does a flood by a known peer end at its own quota, and is everybody else answered meanwhile?"""

from __future__ import annotations

import statistics
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from liaison.keys.public import Purpose
from liaison.messages.parties import NodeRef
from liaison.node.peering import PeerRequest
from liaison.node.reads.memory import own_memory
from liaison.node.reads.register import peer_address
from liaison.peer.quotas import KNOWN
from tests.hostile.test_slow_peers import honest
from tests.lines.notices import check_stories, queue_notices, until_quiet
from tests.scenarios.processes import Processes

pytestmark = pytest.mark.sqlite

TOGETHER = 32
NOTICES = 20


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Processes]:
    with Processes(tmp_path, "XC", "XD", "XE", server="") as world:
        world.start("XD")
        yield world


class Flood:
    """Requests of one node to XD, one after the other in a thread, until told to stop; what they were answered."""

    def __init__(self, world: Processes, request: PeerRequest) -> None:
        address = peer_address(world.nodes["XE"], world.registry.entries[0].leaf, world.registry.ids["XD"], "main")
        assert address is not None
        self.answers: Counter[int] = Counter()
        self.refused = threading.Event()
        self._ended = threading.Event()
        link = world.nodes["XE"].link

        def run() -> None:
            while not self._ended.is_set():
                status = link.call(address, request).status
                self.answers[status] += 1
                if status == 503:
                    self.refused.set()

        self._thread = threading.Thread(target=run)

    def __enter__(self) -> Flood:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()


def parcels(world: Processes) -> PeerRequest:
    """What XE signs: a parcel that says it holds as many messages as may be, and holds rubbish."""
    register, at = world.registry.entries[0].leaf, NodeRef(world.registry.ids["XE"], "main")
    signer = own_memory(world.nodes["XE"]).signer(Purpose.HTTP, register, at)
    return PeerRequest("POST", f"/messages?count={TOGETHER}", body=b"rubbish", signer=signer)


def test_a_flood_by_a_known_peer_ends_at_its_own_quota_and_others_go_on(world: Processes) -> None:
    alone = statistics.median(honest(world))
    with Flood(world, parcels(world)) as flood:
        assert flood.refused.wait(120), "its quota never ends"
        beset = honest(world)
        world.start("XC")
        accepted = queue_notices(world, "XC", "XD", NOTICES, text="Seen.")
        until_quiet(world, "XC", seconds=60)
    check_stories(world, "XC", "XD", accepted)
    assert flood.answers[400] >= KNOWN.requests / TOGETHER - 1
    assert set(flood.answers) == {400, 503}
    print(f"honest median {alone * 1000:.1f} ms alone, {statistics.median(beset) * 1000:.1f} ms beset; {flood.answers}")
    assert statistics.median(beset) < max(10 * alone, 0.5), "honest callers waited behind the flood"
