"""Does every notice survive when senders and receivers are killed at random times, in the middle of other work?"""

from __future__ import annotations

import itertools
import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.crash.conftest import Staging
from tests.crash.invariants import no_receipt_without_a_copy, nothing_lost_nothing_twice
from tests.crash.stage import Stage

CODES = ("xc", "xd")
FILE = bytes(20_000)
LONGEST_LIFE = 0.045
LOOKED_AT = 30


def busy(stage: Stage, code: str, chance: random.Random) -> None:
    """What one node does in a round: it writes to the other, acknowledges, and works."""
    for _ in range(chance.randint(1, 2)):
        stage.send(code, FILE if chance.random() < 0.3 else b"")
    stage.order(code, "work")
    stage.acknowledge(code)
    stage.order(code, "work")


def storm(stage: Stage, kills: int, seed: int) -> None:
    """Rounds of work on both sides at once, each with one or both killed in the midst, until so many died."""
    chance = random.Random(seed)
    with ThreadPoolExecutor(2) as pool:
        for number in itertools.count():
            if len(stage.died) >= kills:
                return
            victims = chance.choice([("xc",), ("xd",), CODES, CODES, CODES, CODES])
            strikes = [stage.kill_later(code, chance.uniform(0, LONGEST_LIFE)) for code in victims]
            seeds = [random.Random(chance.random()) for _ in CODES]
            list(pool.map(busy, [stage, stage], CODES, seeds))
            for strike in strikes:
                strike.join()
            for code in CODES:
                stage.order(code, "steps")
            stage.revive()
            if number % LOOKED_AT == 0:
                facts = {code: stage.facts(code) for code in CODES}
                no_receipt_without_a_copy(facts["xc"], facts["xd"])
                no_receipt_without_a_copy(facts["xd"], facts["xc"])
            stage.pass_time()


def weathered(stage: Stage, kills: int, seed: int) -> None:
    storm(stage, kills, seed)
    stage.recover()
    for code in CODES:
        stage.acknowledge(code)
    stage.recover()
    nothing_lost_nothing_twice(stage.facts("xc"), stage.facts("xd"), stage.accepted)
    assert len(stage.died) >= kills
    assert len(stage.accepted) >= kills / 4


ON_EVERY_ENGINE = {0}
SEEDS = [pytest.param(seed, marks=[pytest.mark.engine] * (seed in ON_EVERY_ENGINE)) for seed in range(10)]


@pytest.mark.parametrize("seed", SEEDS)
def test_every_accepted_notice_arrives_once_through_a_thousand_kills(stage: Staging, seed: int) -> None:
    """A thousand over all seeds: each begins with fresh nodes, so that what is looked at stays small.

    One is told again on a server, whose own processes live on while those of the nodes are killed.
    """
    with stage() as built:
        weathered(built, kills=100, seed=seed)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(10, 110))
def test_every_accepted_notice_arrives_once_through_ten_thousand_kills(stage: Staging, seed: int) -> None:
    with stage() as built:
        weathered(built, kills=100, seed=seed)
