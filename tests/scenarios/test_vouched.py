"""Does a State write sealed to the desk of a provider that another State vouches for, and get its receipt and word?"""

from __future__ import annotations

from pathlib import Path

from liaison.messages.parties import DeskRef
from liaison.messages.receipts import decode_receipt
from liaison.node.models import IncomingCopy, OutgoingCopy, TakenReceipt
from liaison.node.services.line.acknowledging import acknowledge, find_original
from liaison.node.unit_of_work import unit_of_work
from tests.mirrored import hold_keys, seed_node
from tests.routing.test_providers import vouched
from tests.world import World


def test_a_vouched_desk_is_reached_sealed_and_answers_for_itself(tmp_path: Path) -> None:
    builder = vouched()
    with World(tmp_path, codes=("XC",), registry=builder) as world:
        world.make_node("ISP")
        provider = world.nodes["ISP"]
        seed_node(provider, builder)
        with unit_of_work(provider):
            hold_keys(provider, builder, "XD", "security", at="isp")
        desk = DeskRef(builder.ids["XD"], "isp", "security")
        (sent,) = world.send("XC", to=(desk,))
        with world.at("XC"):
            assert OutgoingCopy.objects.get().state == "received"
            assert decode_receipt(bytes(TakenReceipt.objects.get().receipt)).receipt.by == desk.at
        with world.at("ISP"):
            came = IncomingCopy.objects.get()
        assert (came.message_id, came.verdict, came.node) == (sent.message_id, "accepted", "isp")
        acknowledge(provider, find_original(provider, sent.message_id))
        world.work()
        with world.at("XC"):
            assert IncomingCopy.objects.values_list("form", "from_participant", "from_node", "verdict").get() == (
                "acknowledgement",
                desk.participant,
                "isp",
                "accepted",
            )
