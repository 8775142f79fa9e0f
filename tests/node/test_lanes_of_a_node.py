"""Does a node that computes signatures in lanes hold the same rows as one that does not, forged entries included?"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

from msgspec import structs

from liaison.errors import VerificationError
from liaison.node.log.projections import rebuild
from liaison.node.log.verification import verify_copy
from liaison.node.ports import LaneOpener
from liaison.node.services import mirror
from liaison.node.unit_of_work import unit_of_work
from liaison.register.entries import decode_entry
from liaison.register.state import SignatureCheck, Void
from liaison.wire.envelope import encode_envelope
from tests.register.registry import RegisterBuilder, small_register
from tests.scenarios.test_mirrors import Source, follower, held, log, register
from tests.world import World


class CountingLanes:
    """Lanes that compute in this process and count what they were asked and how often something did not hold."""

    def __init__(self) -> None:
        self.asked = 0
        self.failed = 0
        self._held = True

    def submit(self, checks: Sequence[SignatureCheck]) -> None:
        for check in checks:
            self.asked += 1
            try:
                check.run()
            except VerificationError:
                self._held = False

    def settle(self) -> bool:
        held, self._held = self._held, True
        self.failed += not held
        return held


def opener(lanes: CountingLanes) -> LaneOpener:
    return lambda _: nullcontext(lanes)


def test_a_first_synchronisation_in_lanes_makes_the_same_rows(tmp_path: Path) -> None:
    lanes, source = CountingLanes(), Source(size=len(log().leaves))
    with follower(tmp_path, source) as node, follower(tmp_path, source) as alone:
        mirror.sync_register(alone, register=register())
        mirror.sync_register(replace(node, lanes=opener(lanes)), register=register())
        assert held(node).unlike(held(alone)) == []
        assert lanes.asked > 200 and lanes.failed == 0


def with_a_forged_entry() -> RegisterBuilder:
    """A register in which one signature, by the right key, does not verify, and others follow it."""
    registry = small_register("XC", "XD")
    leaf = registry.signed(registry.drafted(registry.desk_body("duty"), "XC", "main"), "XC/main/entry")
    envelope = decode_entry(leaf).envelope
    wrong = structs.replace(envelope, signatures=(structs.replace(envelope.signatures[0], sig=bytes(64)),))
    registry.append(encode_envelope(wrong), expected=Void)
    registry.publish_desk("XC", "duty")
    return registry


def test_a_forged_entry_is_void_in_lanes_too(tmp_path: Path) -> None:
    lanes = CountingLanes()
    with World(tmp_path, codes=("XC", "XD"), registry=with_a_forged_entry()) as world:
        aside, alone = replace(world.nodes["XC"], lanes=opener(lanes)), world.nodes["XD"]
        for node, its in ((aside, lanes), (alone, None)):
            with unit_of_work(node):
                rebuild(world.register, lanes=its)
        assert lanes.failed > 0
        assert held(aside).unlike(held(alone)) == []
        found = [verify_copy(each, register=world.register, progress=lambda _: None) for each in (aside, alone)]
        assert found[0] == found[1]
        assert len(found[0].void) == 1
