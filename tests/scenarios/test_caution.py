"""Does a node keep an officer from relying on keys that are not what they seem?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from liaison.errors import UsageError, VerificationError
from liaison.node.reads.caution.disputes import disputes
from liaison.node.reads.inbox import show_message
from liaison.node.reads.recipients import find_recipient
from liaison.node.services.choices import pin_keys
from liaison.register import bodies, records
from tests.register.registry import RegisterBuilder, small_register
from tests.world import World


def with_key_of(registry: RegisterBuilder, thief: str, owner: str) -> RegisterBuilder:
    """The registry after `thief` published the sealing key of `owner` as its own."""
    part = registry.record(records.SealingKey(key=registry.sealing(f"{owner}/duty").public))
    address = registry.record(records.Addresses(ways=()))
    keys = bodies.DeskKeys(desk="duty", sealing=part, openpgp=None)
    registry.by_node(bodies.NodePublished(desks=(keys,), tls=(), address=address), thief)
    return registry


def test_nothing_is_sealed_with_a_key_that_another_participant_named_first(tmp_path: Path) -> None:
    registry = with_key_of(small_register("XC", "XD", "XE"), "XE", "XD")
    with World(tmp_path, registry=registry) as world:
        world.send("XC", "XD")
        with pytest.raises(VerificationError, match="sealing-key-shared"):
            world.send("XC", "XE")


@pytest.fixture
def disputed(tmp_path: Path) -> Iterator[World]:
    """XD was re-admitted after a loss of keys; its old roots have not signed over."""
    registry = small_register("XC", "XD")
    registry.admit("XD again", replaces=registry.ids["XD"])
    registry.set_up("XD again")
    registry.publish_desk("XD again", "duty")
    registry.publish_node("XD again", "duty", at="https://xd.example:8443")
    registry.publish_resources("XD again", "XD")
    with World(tmp_path, codes=("XC", "XD"), registry=registry) as world:
        yield world


def choose(world: World, who: str) -> None:
    participant = world.registry.ids[who]
    pin_keys(world.nodes["XC"], register=world.register, desk=world.desk("XC"), participant=participant)


def test_a_desk_with_disputed_keys_is_never_found_by_its_code(disputed: World) -> None:
    with pytest.raises(UsageError, match="recipient-disputed"):
        find_recipient(disputed.nodes["XC"], disputed.register, "XD")


def test_nothing_is_sent_to_disputed_keys_before_the_desk_chose(disputed: World) -> None:
    for who in ("XD", "XD again"):
        with pytest.raises(VerificationError, match="keys-disputed"):
            disputed.send("XC", who)


def test_both_sides_of_a_dispute_are_shown_with_the_choice_made(disputed: World) -> None:
    choose(disputed, "XD")
    (found,) = disputes(disputed.nodes["XC"], disputed.register)
    ids = disputed.registry.ids
    assert [each.participant for each in found.rivals] == [ids["XD"], ids["XD again"]]
    assert found.pins == ((ids["XC"], "duty", ids["XD"]),)


def test_the_chosen_side_alone_can_be_written_to(disputed: World) -> None:
    choose(disputed, "XD again")
    choose(disputed, "XD")
    assert len(disputed.send("XC", "XD")) == 1
    with pytest.raises(VerificationError, match="keys-disputed"):
        disputed.send("XC", "XD again")


def test_a_message_from_disputed_keys_is_taken_and_says_so(disputed: World) -> None:
    sent = disputed.send("XD", "XC")[0]
    opened = show_message(disputed.nodes["XC"], sent.message_id)
    assert (opened.listed.verdict, opened.notes) == ("accepted", ("keys-disputed",))


def test_keys_that_nobody_disputes_are_not_pinned(disputed: World) -> None:
    with pytest.raises(UsageError, match="keys-not-disputed"):
        choose(disputed, "XC")
