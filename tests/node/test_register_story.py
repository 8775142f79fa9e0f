"""Do a secretariat and its participants come to the same register?"""

from __future__ import annotations

from typing import Any

from liaison.node import models
from liaison.node.node import Node
from liaison.node.reads import register as reads
from liaison.node.unit_of_work import reading
from tests.node.stories import Story


def rows(node: Node, register: str) -> tuple[list[Any], list[Any]]:
    with reading(node):
        facts = list(models.FactRow.objects.filter(register=register).order_by("kind", "name", "pending").values())
        logged = list(models.LoggedEntry.objects.filter(register=register).order_by("index").values())
    return facts, logged


def test_two_honest_mirrors_agree(story: Story) -> None:
    story.join("xc", "XC")
    story.join("xd", "XD")
    story.sync()
    assert rows(story.nodes["xc"], story.register) == rows(story.nodes["xd"], story.register)
    assert rows(story.reg, story.register) == rows(story.nodes["xd"], story.register)


def test_a_joined_desk_is_found_with_its_key_and_address(story: Story) -> None:
    xc = story.join("xc", "XC")
    xd = story.join("xd", "XD")
    story.sync()
    entry = reads.desk_entry(xd.node, story.register, xc.participant, "duty")
    assert entry.status == "confirmed"
    assert reads.sealing_key(xd.node, story.register, xc.participant, "duty").alg == "mlkem768x25519"
    address = reads.peer_address(xd.node, story.register, xc.participant, "main")
    assert address is not None and address.url == "https://xc.example"
