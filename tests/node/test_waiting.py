"""Is the first work of each peer found, and does a dead peer's long queue cost others nothing?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connections
from hypothesis import given, settings
from hypothesis import strategies as st

from liaison.messages.parties import NodeRef
from liaison.node.models import Delivery
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.node.work.waiting import MOST_EACH, first_of_each_peer
from tests.world import World

PEERS = [NodeRef(participant * 64, node) for participant in "abc" for node in ("cert", "main")]
ROWS = st.lists(st.tuples(st.sampled_from(PEERS), st.integers(-3, 3), st.none() | st.integers(-3, 3)), max_size=40)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("waiting")) as built:
        yield built


def rows_of(world: World, table: list[tuple[NodeRef, int, int | None]]) -> list[Delivery]:
    now = world.clock.now()
    rows = [
        Delivery(
            kind="message",
            register=world.register,
            participant=at.participant,
            node=at.node,
            due=now + timedelta(seconds=due),
            since=now,
            lease_until=None if lease is None else now + timedelta(seconds=lease),
        )
        for at, due, lease in table
    ]
    return Delivery.objects.bulk_create(rows)


@given(ROWS)
@settings(max_examples=60)
def test_the_first_of_each_peer_are_those_a_plain_loop_finds(
    world: World, table: list[tuple[NodeRef, int, int | None]]
) -> None:
    node, now = world.nodes["XC"], world.clock.now()
    with unit_of_work(node):
        Delivery.objects.all().delete()
        rows = rows_of(world, table)
    expected: defaultdict[NodeRef, list[int]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.due, row.pk)):
        at = NodeRef(row.participant, row.node)
        if row.due <= now and (row.lease_until is None or row.lease_until <= now) and len(expected[at]) < MOST_EACH:
            expected[at].append(row.pk)
    with reading(node):
        assert first_of_each_peer(now) == {at: keys for at, keys in expected.items() if keys}


def steps(node: object, now: object) -> int:
    """How many steps of SQLite's machine the question takes; a measure that no load of the machine moves."""
    connection = connections[node.database]  # type: ignore[attr-defined]
    taken = 0

    def count() -> int:
        nonlocal taken
        taken += 1
        return 0

    connection.ensure_connection()
    connection.connection.set_progress_handler(count, 100)
    try:
        with reading(node):  # type: ignore[arg-type]
            first_of_each_peer(now)  # type: ignore[arg-type]
    finally:
        connection.connection.set_progress_handler(None, 0)
    return taken


@pytest.mark.sqlite
def test_ten_thousand_rows_of_a_dead_peer_cost_no_more_than_ten(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        node, now = world.nodes["XC"], world.clock.now()
        with unit_of_work(node):
            rows_of(world, [(PEERS[0], -1, None)] * 10 + [(PEERS[1], -1, None)])
        few = steps(node, now)
        with unit_of_work(node):
            rows_of(world, [(PEERS[0], -1, None)] * 10_000)
        assert steps(node, now) <= 2 * few + 2
