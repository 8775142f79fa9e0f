"""Is every row of a node there after its tables moved from SQLite to PostgreSQL, and can it never speak twice?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import connections

from liaison.errors import LiaisonError, NotNowError, UsageError, VerificationError
from liaison.node.databases import add_database
from liaison.node.models import IncomingCopy, OutgoingMessage, Setting, TakenReceipt
from liaison.node.node import Node
from liaison.node.reads.memory import forget
from liaison.node.reads.own import setting
from liaison.node.services.care.moving import MOVED, move_tables
from liaison.node.unit_of_work import READ_ONLY, reading, unit_of_work
from liaison.node.work.worker import work_through
from tests import engines
from tests.world import World

pytestmark = pytest.mark.sqlite


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Three nodes on SQLite with some traffic between them."""
    with World(tmp_path) as world:
        for _ in range(3):
            world.send("XC", "XD")
            world.send("XD", "XC")
        yield world


@pytest.fixture
def url(server: str) -> str:
    """An empty database of the server."""
    return engines.empty_url(server)


def moved_to(node: Node, url: str) -> Node:
    add_database("moved", url)
    forget(node)
    return replace(node, database="moved")


def test_every_row_is_there_and_the_node_goes_on(world: World, url: str) -> None:
    old = world.nodes["XC"]
    with reading(old):
        before = {model: model.objects.count() for model in (IncomingCopy, OutgoingMessage, TakenReceipt)}
    told: list[tuple[str, int]] = []
    moved = {each.table: each for each in move_tables(old, url, watch=lambda table, rows: told.append((table, rows)))}
    assert {model: moved[model.__name__].rows for model in before} == before
    assert min(before.values()) > 0
    assert dict(told) == {table: each.rows for table, each in moved.items()}
    world.nodes["XC"] = moved_to(old, url)
    (sent,) = world.send("XC", "XD")
    work_through(world.nodes["XC"])
    with reading(world.nodes["XC"]):
        assert TakenReceipt.objects.filter(copy__message__message_id=sent.message_id).count() == 1
        assert OutgoingMessage.objects.count() == before[OutgoingMessage] + 1
    connections["moved"].close()
    del connections["moved"]


def test_the_old_tables_are_closed_for_writing_and_the_new_ones_are_not(world: World, url: str) -> None:
    old = world.nodes["XC"]
    move_tables(old, url)
    with pytest.raises(NotNowError, match="node-read-only"), unit_of_work(old):
        raise AssertionError("no unit opens here")
    new = moved_to(old, url)
    assert (setting(new, READ_ONLY), setting(new, MOVED)) == ("", "")
    connections["moved"].close()
    del connections["moved"]


def test_a_second_run_finds_the_rows_there_and_changes_nothing(world: World, url: str) -> None:
    node = world.nodes["XC"]
    first = move_tables(node, url)
    assert move_tables(node, url) == first


def test_a_value_that_differs_in_one_row_of_as_many_is_found(world: World, url: str) -> None:
    node = world.nodes["XC"]
    move_tables(node, url)
    new = moved_to(node, url)
    with unit_of_work(new):
        first = TakenReceipt.objects.earliest("pk")
        TakenReceipt.objects.filter(pk=first.pk).update(receipt=bytes(first.receipt)[:-1])
    connections["moved"].close()
    with pytest.raises(VerificationError, match="move-differs"):
        move_tables(node, url)
    del connections["moved"]


def test_rows_of_another_node_are_never_written_over(world: World, url: str) -> None:
    move_tables(world.nodes["XD"], url)
    with pytest.raises(LiaisonError) as caught:
        move_tables(world.nodes["XC"], url)
    assert caught.value.code in {"move-not-empty", "move-differs"}
    with unit_of_work(world.nodes["XC"]):
        assert not Setting.objects.filter(name__in=(MOVED, READ_ONLY)).exists()


def test_what_the_server_refuses_leaves_the_node_as_it_was(world: World, url: str) -> None:
    elsewhere = url.rsplit("/", 1)[0] + "/no-such-database"
    with pytest.raises(NotNowError):
        move_tables(world.nodes["XC"], elsewhere)
    with unit_of_work(world.nodes["XC"]):
        assert not Setting.objects.filter(name__in=(MOVED, READ_ONLY)).exists()


def test_a_database_that_is_not_postgresql_is_refused(world: World) -> None:
    with pytest.raises(UsageError, match="move-needs-postgresql"):
        move_tables(world.nodes["XC"], "sqlite:////tmp/other.sqlite3")
