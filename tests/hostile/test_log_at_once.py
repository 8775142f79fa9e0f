"""Does a log stay one log when several processes grow, follow or cosign it at the same moment?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from liaison.errors import LiaisonError
from liaison.node.log.verification import verify_copy
from liaison.node.models import LoggedEntry
from liaison.node.node import Node
from liaison.node.reads import overview
from liaison.node.reads import register as reads
from liaison.node.services import ceremony, mirror, secretariat
from liaison.node.unit_of_work import reading
from liaison.register.vocabulary import REGISTER
from tests.hostile.test_at_once import at_once
from tests.node.conftest import story
from tests.node.stories import Story
from tests.node.test_register_attacks import entry_of, nomination, own_signer
from tests.node.test_register_story import rows

__all__ = ["story"]  # The fixture of the stories of nodes.

TOGETHER = 6


def run(story: Story, actions: list[Callable[[], Any]]) -> list[Any]:
    return at_once(story, actions)


def entries(node: Node, register: str) -> list[tuple[int, str]]:
    with reading(node):
        return list(LoggedEntry.objects.filter(register=register).order_by("index").values_list("index", "verdict"))


def test_entries_of_several_participants_handed_in_at_once_all_stand(story: Story) -> None:
    residents = [story.join(f"x{letter}", f"X{letter.upper()}") for letter in "cdef"]
    leaves = [entry_of(resident, own_signer(resident)) for resident in residents]
    before = reads.followed(story.reg, story.register).size

    def hand_in(leaf: bytes) -> list[secretariat.Handed]:
        return secretariat.submit_entries(story.reg, register=story.register, envelopes=[leaf])

    handed = run(story, [lambda leaf=leaf: hand_in(leaf) for leaf in leaves])
    assert sorted(each[0].index for each in handed) == list(range(before, before + len(leaves)))
    assert verify_copy(story.reg, register=story.register, progress=lambda _: None).void == ()


def test_of_entries_that_want_one_place_at_once_one_stands(story: Story) -> None:
    leaves = [
        ceremony.sign_own(
            story.reg, register=story.register, participant=REGISTER, node_id="main", body=nomination(number)
        )
        for number in range(TOGETHER)
    ]
    handed = run(
        story,
        [
            lambda leaf=leaf: secretariat.submit_entries(story.reg, register=story.register, envelopes=[leaf])
            for leaf in leaves
        ],
    )
    refused = [each[0].refusal.code for each in handed if each[0].refusal is not None]
    assert refused == ["rule-07"] * (TOGETHER - 1)
    assert verify_copy(story.reg, register=story.register, progress=lambda _: None).void == ()


@pytest.mark.parametrize("more", [1, 3])
def test_a_node_that_follows_in_several_processes_at_once_holds_what_another_holds(story: Story, more: int) -> None:
    xd, xe = story.join("xd", "XD"), story.join("xe", "XE")
    story.sync()
    for number in range(more):
        story.join(f"y{number}", ("XF", "XG", "XH")[number])

    def follow() -> str:
        try:
            mirror.sync_register(xd.node, register=story.register)
        except LiaisonError as error:
            return error.code
        return ""

    assert run(story, [follow] * TOGETHER) == [""] * TOGETHER
    story.sync("xe")
    assert rows(xd.node, story.register) == rows(xe.node, story.register)
    assert {verdict for _, verdict in entries(xd.node, story.register)} == {"applied"}
    assert overview.alarms(xd.node, story.register) == []
