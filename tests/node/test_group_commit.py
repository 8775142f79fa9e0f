"""Do pieces that share a commit keep out of each other's way, and is nobody told of what was undone?"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connections

from liaison.errors import NotNowError, UsageError
from liaison.node.models import Setting, TakenReceipt
from liaison.node.node import Node
from liaison.node.services.people.audit import acting_by_token, acting_for, note, trail
from liaison.node.unit_of_work import after_commit, unit_of_work
from liaison.node.work.combining import MOST
from liaison.node.work.group_commit import all_in_group, in_group
from liaison.node.work.statements import add
from tests.world import START, HandStorage, World

pytestmark = pytest.mark.engine


class Counting(HandStorage):
    """Every unit of work asks once whether the disk is sound."""

    units = 0

    def require_sound(self) -> None:
        self.units += 1
        super().require_sound()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path, codes=("XC",)) as built:
        yield built


@pytest.fixture
def node(world: World) -> Node:
    counting = Counting()
    object.__setattr__(world.nodes["XC"], "storage", counting)
    return world.nodes["XC"]


def keep(name: str, then: Callable[[], object] = lambda: None) -> Callable[[], str]:
    """A piece that writes a row, and then does something."""

    def work() -> str:
        Setting.objects.create(name=name, value="kept")
        then()
        return name

    return work


def kept(world: World) -> set[str]:
    with world.at("XC"):
        return set(Setting.objects.filter(value="kept").values_list("name", flat=True))


def raising(error: Exception) -> Callable[[], object]:
    def work() -> object:
        raise error

    return work


def together(node: Node, *works: Callable[[], Any], tokens: tuple[int, ...] = ()) -> list[Future[Any]]:
    """What came of pieces that all waited while another one was being written, each brought by a program of its own."""
    writing, waiting = threading.Event(), threading.Event()

    def hold() -> None:
        writing.set()
        assert waiting.wait(20)

    def run(work: Callable[[], Any], token: int = 0) -> Any:
        try:
            with acting_by_token(token), acting_for(f"{token}"):
                return in_group(node, work)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works) + 1) as pool:
        first = pool.submit(run, keep("first", hold))
        assert writing.wait(20)
        rest = [pool.submit(run, *each) for each in zip(works, tokens or (0,) * len(works), strict=True)]
        queue = _combiner(node)._waiting
        while len(queue) < len(works):
            threading.Event().wait(0.01)
        waiting.set()
    assert first.result() == "first"
    return rest


def _combiner(node: Node) -> Any:
    from liaison.node.work.group_commit import _combiners

    return _combiners[node.database]


def test_those_who_waited_share_one_unit_of_work(world: World, node: Node) -> None:
    rest = together(node, *(keep(f"{number}") for number in range(6)))
    assert [future.result() for future in rest] == [f"{number}" for number in range(6)]
    assert kept(world) == {"first", *(f"{number}" for number in range(6))}
    assert node.storage.units == 2  # type: ignore[attr-defined]


def test_no_more_than_a_group_holds_are_written_at_once(world: World, node: Node) -> None:
    together(node, *(keep(f"{number}") for number in range(MOST + 1)))
    assert len(kept(world)) == MOST + 2
    assert node.storage.units == 3  # type: ignore[attr-defined]


def test_a_piece_that_raises_is_undone_alone_and_its_hooks_with_it(world: World, node: Node) -> None:
    told: list[str] = []
    good = keep("good", lambda: after_commit(lambda: told.append("good")))
    bad = keep("bad", lambda: (after_commit(lambda: told.append("bad")), raising(UsageError("desk-not-here"))()))
    rest = together(node, good, bad, keep("better"))
    assert [type(future.exception()) for future in rest] == [type(None), UsageError, type(None)]
    assert kept(world) == {"first", "good", "better"}
    assert told == ["good"]


def test_a_row_that_is_there_already_is_said_to_whoever_wrote_it_and_to_nobody_else(world: World, node: Node) -> None:
    rest = together(node, keep("one"), keep("one"), keep("two"))
    assert [type(future.exception()) for future in rest] == [type(None), IntegrityError, type(None)]
    assert kept(world) == {"first", "one", "two"}


def test_what_the_storage_refuses_undoes_all_and_each_is_tried_alone(world: World, node: Node) -> None:
    bad = keep("bad", raising(OperationalError("disk I/O error")))
    rest = together(node, keep("one"), bad, keep("two"))
    assert [type(future.exception()) for future in rest] == [type(None), NotNowError, type(None)]
    assert kept(world) == {"first", "one", "two"}
    assert node.storage.units == 2 + 3  # type: ignore[attr-defined]


def test_a_commit_that_fails_fails_for_all_of_the_group_and_leaves_nothing(world: World, node: Node) -> None:
    def orphan() -> None:  # Looked at by both engines when the transaction ends.
        add(TakenReceipt, copy_id=1 << 40, n=0, receipt_hash="", receipt=b"", taken_at=START)

    rest = together(node, keep("one"), keep("two", orphan), keep("three"))
    assert all(future.exception() is not None for future in rest)
    assert kept(world) == {"first"}


def test_those_who_come_after_a_failure_are_written(world: World, node: Node) -> None:
    with pytest.raises(UsageError):
        in_group(node, keep("bad", raising(UsageError("desk-not-here"))))
    assert in_group(node, keep("good")) == "good"
    assert kept(world) == {"good"}


def test_a_node_that_is_closed_says_so_to_everybody_who_waits(world: World, node: Node) -> None:
    def fail() -> None:
        node.storage.note_failure("IOERR")

    rest = together(node, keep("one", fail), keep("two"))
    assert [future.exception() for future in rest] == [None, None]
    entries = all_in_group(node, [keep("three"), keep("four")])
    assert [type(entry.error) for entry in entries] == [NotNowError, NotNowError]
    assert kept(world) == {"first", "one", "two"}


def test_a_piece_inside_a_unit_of_work_is_part_of_it(world: World, node: Node) -> None:
    with pytest.raises(UsageError), unit_of_work(node):
        in_group(node, keep("one"))
        raise UsageError("desk-not-here")
    assert kept(world) == set()


def test_a_line_of_the_trail_names_who_brought_the_piece_and_not_who_wrote_it(world: World, node: Node) -> None:
    def noted(number: str) -> Callable[[], str]:
        return keep(number, lambda: note(node, "case-acknowledged", subject=number))

    together(node, noted("1"), noted("2"), noted("3"), tokens=(7, 8, 0))
    told = [(line.subject, line.params, line.participant) for line in trail(node)]
    assert sorted(told) == [("1", {"token": 7}, "7"), ("2", {"token": 8}, "8"), ("3", {}, "0")]


def test_several_pieces_of_one_caller_have_each_their_own_outcome(world: World, node: Node) -> None:
    entries = all_in_group(node, [keep("one"), keep("bad", raising(UsageError("desk-not-here"))), keep("two")])
    assert [entry.result for entry in entries if entry.error is None] == ["one", "two"]
    assert kept(world) == {"one", "two"}
    assert node.storage.units == 2  # type: ignore[attr-defined]


def test_several_pieces_share_one_unit_where_none_fails(world: World, node: Node) -> None:
    entries = all_in_group(node, [keep("one"), keep("two"), keep("three")])
    assert [entry.outcome() for entry in entries] == ["one", "two", "three"]
    assert node.storage.units == 1  # type: ignore[attr-defined]
