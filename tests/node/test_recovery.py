"""Does a restored node learn from its peers what it said after its backup, and believe nothing that is not its own?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from liaison.errors import UsageError
from liaison.keys.public import Purpose
from liaison.messages.dealings import Page, Question
from liaison.messages.parties import NodeRef
from liaison.node.models import (
    FollowedRegister,
    GivenReceipt,
    HeldKey,
    IncomingCopy,
    LostMessage,
    OutgoingCopy,
    PeerInquiry,
    RecoveredReceipt,
    TakenReceipt,
)
from liaison.node.node import Node
from liaison.node.peering import PeerAnswer
from liaison.node.reads.line import lost_messages
from liaison.node.reads.memory import forget
from liaison.node.reads.register import sealing_key
from liaison.node.services import rotation
from liaison.node.services.care.restore import open_restored
from liaison.node.services.recovery.answering import answer_question, copy_for_sender
from liaison.node.services.recovery.asking import Standing, ask_peers, peers_to_ask
from liaison.node.services.setup import begin_epoch
from liaison.node.unit_of_work import catching_up, reading, unit_of_work
from liaison.wire.canonical import encode_struct
from liaison.wire.http import HttpRequest
from liaison.wire.identifiers import digest
from tests.node.stories import Story
from tests.node.test_restore import back_up, restored
from tests.world import World

pytestmark = pytest.mark.sqlite


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path) as world:
        yield world


def put_back(world: World, code: str, backup: Path) -> Node:
    """The node as it was at the backup takes the place of the one that was lost; its mirror is up to date."""
    new = restored(world.nodes[code], backup)
    forget(new)
    world.nodes[code] = new
    world.network.doors[code] = replace(world.network.doors[code], node=new)
    with catching_up(), unit_of_work(new):
        FollowedRegister.objects.update(checked_at=world.clock.now())
    return new


def ask(node: Node) -> list[Standing]:
    return list(ask_peers(node, peers_to_ask(node)))


def test_the_old_receipt_stands_and_its_message_arrives_once(world: World, tmp_path: Path) -> None:
    world.send("XD", "XC")
    backup = back_up(world.nodes["XC"], tmp_path / "backup")
    world.send("XD", "XC")
    with world.at("XD"):
        before = [bytes(row.receipt) for row in TakenReceipt.objects.order_by("pk")]
    new = put_back(world, "XC", backup)
    assert [each.error for each in ask(new)] == ["", ""]
    with reading(new):
        assert (IncomingCopy.objects.count(), RecoveredReceipt.objects.count()) == (1, 1)
    open_restored(new, alone=False)
    world.advance(hours=1)
    world.work()
    with reading(new):
        given = [bytes(row.receipt) for row in GivenReceipt.objects.order_by("pk")]
        assert (IncomingCopy.objects.count(), RecoveredReceipt.objects.count()) == (2, 0)
    assert given == before
    with world.at("XD"):
        assert [bytes(row.receipt) for row in TakenReceipt.objects.order_by("pk")] == before


def test_lost_messages_come_back_and_no_number_is_used_again(world: World, tmp_path: Path) -> None:
    first = world.send("XC", "XD")
    old = world.nodes["XC"]
    backup = back_up(old, tmp_path / "backup")
    world.send("XC", "XD", case=first[0].case)
    columns = ("message_hash", "epoch", "seq", "plaintext", "state")
    with reading(old):
        before = [tuple(map(_plain, row)) for row in OutgoingCopy.objects.order_by("pk").values_list(*columns)]
    new = put_back(world, "XC", backup)
    ask(new)
    with reading(new):
        after = [tuple(map(_plain, row)) for row in OutgoingCopy.objects.order_by("pk").values_list(*columns)]
    assert after == before
    assert lost_messages(new) == []
    open_restored(new, alone=False)
    world.send("XC", "XD", case=first[0].case)
    with reading(new):
        numbers = list(OutgoingCopy.objects.values_list("epoch", "seq"))
    assert len(set(numbers)) == len(numbers) == 3


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value


def test_asking_again_changes_nothing(world: World, tmp_path: Path) -> None:
    backup = back_up(world.nodes["XC"], tmp_path / "backup")
    world.send("XD", "XC")
    world.send("XC", "XD")
    new = put_back(world, "XC", backup)
    models = (OutgoingCopy, RecoveredReceipt, LostMessage, GivenReceipt)

    def counts() -> list[int]:
        with reading(new):
            return [model.objects.count() for model in models]

    ask(new)
    once = counts()
    with catching_up(), unit_of_work(new):
        PeerInquiry.objects.update(answered_at=None)
    assert [each.error for each in ask(new)] == ["", ""]
    assert counts() == once == [1, 1, 0, 0]


def test_a_silent_peer_holds_the_node_only_until_the_operators_word(world: World, tmp_path: Path) -> None:
    world.send("XC", "XD")
    new = put_back(world, "XC", back_up(world.nodes["XC"], tmp_path / "backup"))
    world.network.down |= {"XD", "XE"}
    assert [(each.required, each.error) for each in ask(new)] == [
        (True, "peer-not-reached"),
        (False, "peer-not-reached"),
    ]
    with pytest.raises(UsageError, match="restored-peers-silent"):
        open_restored(new, alone=False)
    assert open_restored(new, alone=True) == [world.register]


def test_a_peer_without_dealings_keeps_nothing_closed(world: World, tmp_path: Path) -> None:
    world.send("XC", "XD")
    new = put_back(world, "XC", back_up(world.nodes["XC"], tmp_path / "backup"))
    world.network.down.add("XE")
    ask(new)
    assert open_restored(new, alone=False) == [world.register]


def test_who_is_no_party_learns_nothing(world: World) -> None:
    world.send("XC", "XD")
    node, stranger = world.nodes["XD"], NodeRef(world.registry.ids["XE"], "main")
    with reading(node):
        message = IncomingCopy.objects.get().message_hash
    for side in ("sent", "received"):
        page = answer_question(node, Question(0, side, None), register=world.register, caller=stranger)  # type: ignore[arg-type]
        assert page == Page((), None)
    for wanted in (message, "00" * 32):
        with pytest.raises(UsageError, match="message-not-here"):
            copy_for_sender(node, wanted, register=world.register, caller=stranger)


@pytest.mark.parametrize("attack", ["anothers", "forged", "endless", "oversized", "garbage"])
def test_a_hostile_answer_is_refused_and_takes_nothing_in(world: World, tmp_path: Path, attack: str) -> None:
    world.send("XD", "XC")
    backup = back_up(world.nodes["XE"], tmp_path / "backup")
    world.send("XD", "XE")
    new = put_back(world, "XE", backup)
    asked, caller = world.nodes["XD"], NodeRef(world.registry.ids["XE"], "main")
    honest = answer_question(asked, Question(0, "received", None), register=world.register, caller=caller)
    others = answer_question(
        asked,
        Question(0, "received", None),
        register=world.register,
        caller=NodeRef(world.registry.ids["XC"], "main"),
    )
    (dealing,) = honest.dealings
    carry = world.network.ask

    def lie(host: str, request: HttpRequest) -> PeerAnswer:
        if not host.startswith("xd") or request.path != "/dealings":
            return carry(host, request)
        question = msgspec.json.decode(request.body, type=Question)
        body = {
            "anothers": encode_struct(others),
            "forged": encode_struct(Page((replaced(dealing, others.dealings[0].receipts),), None)),
            "endless": encode_struct(Page((), question.after + 1)),
            "oversized": encode_struct(Page((dealing,) * 201, None)),
            "garbage": b"{}",
        }[attack]
        if question.side == "sent" and attack != "endless":
            body = encode_struct(Page((), None))
        return PeerAnswer(200, body)

    world.network.ask = lie  # type: ignore[method-assign]
    errors = {each.error for each in ask(new)} - {""}
    assert len(errors) == 1
    with reading(new):
        assert (RecoveredReceipt.objects.count(), LostMessage.objects.count()) == (0, 0)
        assert PeerInquiry.objects.filter(answered_at=None).count() == 1
    assert open_restored(new, alone=True)


def replaced(dealing: object, receipts: tuple[str, ...]) -> object:
    return msgspec.structs.replace(dealing, receipts=receipts)  # type: ignore[type-var]


def test_a_message_for_a_key_that_was_lost_is_not_refused_and_arrives_when_it_can_be_opened(
    world: World,
) -> None:
    node = world.nodes["XC"]
    with unit_of_work(node):
        key = HeldKey.objects.get(purpose=Purpose.SEALING.value)
        HeldKey.objects.filter(pk=key.pk).delete()
    forget(node)
    world.send("XD", "XC")
    with reading(node):
        assert (IncomingCopy.objects.count(), GivenReceipt.objects.count()) == (0, 0)
    with unit_of_work(node):
        key.save(force_insert=True)
    forget(node)
    world.advance(hours=1)
    world.work()
    with reading(node):
        assert [row.verdict for row in IncomingCopy.objects.all()] == ["accepted"]


def test_a_later_attempt_is_sealed_to_the_key_the_desk_has_by_then(world: World) -> None:
    world.network.down.add("XC")
    world.send("XD", "XC")
    with unit_of_work(world.nodes["XD"]):
        # As if it had been sealed to the key before the present one, which nobody holds any more.
        row = OutgoingCopy.objects.get()
        row.sealed, row.sealed_hash, row.sealed_to = b"x" * 500, digest(b"x" * 500), "00" * 32
        row.save()
    world.network.down.clear()
    world.advance(hours=1)
    world.work()
    with world.at("XC"):
        assert [row.verdict for row in IncomingCopy.objects.all()] == ["accepted"]
    with world.at("XD"):
        copy = OutgoingCopy.objects.get()
        assert copy.state != "rejected"
        assert copy.sealed_before == [digest(b"x" * 500)]


def test_a_desk_whose_published_key_was_lost_gets_a_fresh_one(story: Story) -> None:
    xc = story.join("xc", "XC")
    node, place = xc.node, (story.register, xc.participant, "duty")
    story.clock.forward(days=30)
    rotation.rotate_all(node)
    lost = sealing_key(node, *place)
    story.clock.forward(days=1)
    with unit_of_work(node):
        HeldKey.objects.filter(fingerprint=lost.fingerprint).delete()
        begin_epoch(node, reason="restore")
    forget(node)
    story.clock.forward(minutes=1)
    assert rotation.rotate_all(node).published == 1
    fresh = sealing_key(node, *place)
    with reading(node):
        assert HeldKey.objects.filter(fingerprint=fresh.fingerprint).exists()
    assert fresh != lost
    story.clock.forward(minutes=1)
    assert rotation.rotate_all(node).published == 0
