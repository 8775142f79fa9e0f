"""Does one notice reach the other desk, once, with a receipt on both sides?"""

from __future__ import annotations

from pathlib import Path

from liaison.node.models import Delivery, GivenReceipt, IncomingCopy, OutgoingCopy, TakenReceipt
from tests.world import World


def test_a_notice_arrives_once_and_its_receipt_is_on_both_sides(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.send("XC", "XD")
        with world.at("XD"):
            assert IncomingCopy.objects.get().verdict == "accepted"
            given = bytes(GivenReceipt.objects.get().receipt)
        with world.at("XC"):
            assert OutgoingCopy.objects.get().state == "received"
            assert bytes(TakenReceipt.objects.get().receipt) == given
            assert Delivery.objects.count() == 0
