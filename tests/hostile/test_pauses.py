"""Does whoever asks too much wait for its answers, and nobody else?"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from liaison.peer.door import Door
from liaison.peer.quotas import PROMPT, STRANGER, Allowance, Quotas
from liaison.peer.rsgi import Site
from tests.hostile.test_door_bytes import Protocol, Scope
from tests.world import World

EAGER, OTHER = "198.51.100.1", "203.0.113.9"
FEW = Allowance(requests=1, requests_each_second=0.001, size=1 << 20, size_each_second=1)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path, codes=("XD",)) as made:
        yield made


def order_of_answers(world: World, quotas: Quotas, askers: list[str]) -> list[tuple[str, int]]:
    """Who was answered with what, in the order of the answers, when all ask at once."""
    site, answered = Site(Door(world.nodes["XD"], quotas)), list[tuple[str, int]]()

    async def ask(address: str) -> None:
        protocol = Protocol(b"")
        await site(Scope("GET", "/healthz", "", {}, f"{address}:1234"), protocol)
        assert protocol.answer is not None
        answered.append((address, protocol.answer[0]))

    async def all_of_them() -> None:
        await asyncio.gather(*map(ask, askers))

    # In a thread of its own: browsers of other tests may have left a running loop in this one.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(all_of_them())).result()
    return answered


def test_who_used_up_its_quota_waits_for_the_refusal_and_others_do_not_wait_with_it(world: World) -> None:
    quotas = Quotas(stranger=FEW)
    assert order_of_answers(world, quotas, [EAGER]) == [(EAGER, 200)]
    assert order_of_answers(world, quotas, [EAGER, EAGER, OTHER]) == [(OTHER, 200), (EAGER, 503), (EAGER, 503)]


def test_a_stranger_who_asks_without_end_is_answered_after_one_who_asks_once(world: World) -> None:
    quotas = Quotas()
    asked = order_of_answers(world, quotas, [EAGER] * PROMPT)
    assert asked == [(EAGER, 200)] * PROMPT
    assert order_of_answers(world, quotas, [EAGER, OTHER]) == [(OTHER, 200), (EAGER, 200)]


def test_the_pause_ends_when_as_much_has_come_back_as_was_asked_too_much() -> None:
    quotas = Quotas()
    assert [quotas.take_unknown(EAGER, 0, now=0.0) > 0 for _ in range(PROMPT + 2)] == [False] * PROMPT + [True] * 2
    assert quotas.take_unknown(EAGER, 0, now=1 / STRANGER.requests_each_second) > 0
    assert quotas.take_unknown(EAGER, 0, now=4 / STRANGER.requests_each_second) == 0
