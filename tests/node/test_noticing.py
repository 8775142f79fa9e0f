"""Does a node that was put back without a restore find that out by itself, and by nothing that others merely say?"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from django.db import connections

from liaison.errors import NotNowError
from liaison.messages.dealings import Page, decode_page, decode_question
from liaison.node.models import FollowedRegister, GivenReceipt, IncomingCopy, OutgoingCopy, TakenReceipt
from liaison.node.node import Node
from liaison.node.reads.facts import forget_facts
from liaison.node.reads.memory import forget
from liaison.node.reads.overview import alarms
from liaison.node.reads.own import current_epoch, setting
from liaison.node.services import mirror, witnessing
from liaison.node.services.care.restore import open_restored
from liaison.node.services.recovery.asking import ask_peers, peers_to_ask
from liaison.node.services.recovery.noticing import compare_with_peers
from liaison.node.unit_of_work import READ_ONLY, catching_up, reading, unit_of_work
from liaison.wire.canonical import encode_struct
from liaison.wire.http import HttpAddress, HttpAnswer, HttpRequest
from liaison.wire.identifiers import digest
from tests.node.stories import Story
from tests.node.test_witnesses import cosign, witnessed  # noqa: F401 - a fixture
from tests.world import World

pytestmark = pytest.mark.sqlite


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path) as world:
        yield world


def keep(node: Node) -> Callable[[], None]:
    """A snapshot of the node's tables, and what puts it back without a word to anybody."""
    database, kept = node.home / "liaison.sqlite3", node.home / "kept"
    connections[node.database].close()
    shutil.copy(database, kept)

    def put_back() -> None:
        connections[node.database].close()
        for path in node.home.glob("liaison.sqlite3*"):
            path.unlink()
        shutil.copy(kept, database)
        forget(node)
        forget_facts(node)

    return put_back


def closed(node: Node) -> bool:
    return bool(setting(node, READ_ONLY))


def recover(world: World, code: str, *, alone: bool = False) -> None:
    """What the alarm tells the operator to do."""
    node = world.nodes[code]
    with catching_up(), unit_of_work(node):
        FollowedRegister.objects.update(checked_at=world.clock.now())
    if not alone:
        assert {each.error for each in ask_peers(node, peers_to_ask(node))} == {""}
    open_restored(node, alone=alone)
    world.advance(hours=1)
    world.work()


def test_a_receipt_that_was_given_and_forgotten_closes_the_node_and_stands_after_recovery(world: World) -> None:
    node = world.nodes["XC"]
    world.send("XD", "XC")
    compare_with_peers(node)
    put_back = keep(node)
    world.advance(minutes=20)
    world.send("XD", "XC")
    with world.at("XD"):
        before = [bytes(row.receipt) for row in TakenReceipt.objects.order_by("pk")]
    put_back()
    world.send("XE", "XC")  # What is new after it hides nothing.
    world.advance(minutes=10)
    compare_with_peers(node)
    assert closed(node)
    assert [each.code for each in alarms(node, world.register)] == ["node-older"]
    with pytest.raises(NotNowError, match="node-read-only"):
        world.send("XC", "XD")
    recover(world, "XC")
    with reading(node):
        given = {bytes(row.receipt) for row in GivenReceipt.objects.all()}
        assert IncomingCopy.objects.count() == 3
    assert set(before) < given


def test_a_message_that_was_sent_and_forgotten_closes_the_node_and_its_number_is_never_used_again(world: World) -> None:
    node = world.nodes["XC"]
    first = world.send("XC", "XD")
    put_back = keep(node)
    epoch = current_epoch(node)
    world.send("XC", "XD", case=first[0].case)
    put_back()
    compare_with_peers(node)
    assert closed(node)
    assert current_epoch(node) != epoch
    recover(world, "XC")
    world.send("XC", "XD", case=first[0].case)
    with reading(node):
        numbers = list(OutgoingCopy.objects.values_list("epoch", "seq"))
    assert len(set(numbers)) == len(numbers) == 3


def test_a_node_that_forgot_nothing_stays_open_whatever_is_on_its_way(world: World) -> None:
    world.network.lose_answers["XD"] = 1
    world.send("XC", "XD")
    world.send("XD", "XC")
    for _ in range(3):
        for node in world.nodes.values():
            assert compare_with_peers(node) == 2
        world.advance(minutes=10)
        world.work()
    world.network.down.add("XD")
    assert compare_with_peers(world.nodes["XC"]) == 1
    assert not any(map(closed, world.nodes.values()))


def test_what_a_peer_merely_says_closes_nothing(world: World) -> None:
    world.send("XC", "XD")
    carry = world.network.carry

    def lying(address: HttpAddress, request: HttpRequest) -> HttpAnswer:
        answer = carry(address, request)
        if request.path != "/dealings" or answer.status != 200:
            return answer
        page = decode_page(answer.body, decode_question(request.body))
        told = tuple(msgspec.structs.replace(each, message=digest(b"never sent")) for each in page.dealings)
        return replace(answer, body=encode_struct(Page(told, page.next)))

    world.network.carry = lying  # type: ignore[method-assign]
    compare_with_peers(world.nodes["XC"])
    assert not closed(world.nodes["XC"])


def test_the_operators_word_that_nothing_shall_be_asked_is_not_undone_by_the_same_proof(world: World) -> None:
    node = world.nodes["XC"]
    put_back = keep(node)
    world.send("XD", "XC")
    world.send("XC", "XD")
    put_back()
    compare_with_peers(node)
    assert closed(node)
    world.advance(minutes=10)
    recover(world, "XC", alone=True)
    compare_with_peers(node)
    assert not closed(node)


def test_a_witness_that_forgot_what_it_cosigned_closes_at_the_sight_of_its_own_line(witnessed: Story) -> None:  # noqa: F811
    cosign(witnessed)
    witnessed.sync()
    xc = witnessed.residents["xc"]
    put_back = keep(xc.node)
    witnessed.desk(witnessed.residents["xd"], "new")
    assert cosign(witnessed).trusted
    size = witnessing.witnessed_size(xc.node, witnessed.register)
    mirror.sync_register(xc.node, register=witnessed.register)
    assert not closed(xc.node)
    put_back()
    assert witnessing.witnessed_size(xc.node, witnessed.register) < size
    mirror.sync_register(xc.node, register=witnessed.register)
    assert closed(xc.node)
