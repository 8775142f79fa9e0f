"""Does every notice survive when senders and receivers are killed at random times, in the middle of other work?"""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.crash.conftest import Staging
from tests.crash.invariants import no_receipt_without_a_copy, nothing_lost_nothing_twice
from tests.crash.stage import Stage

CODES = ("xc", "xd")
FILE = bytes(20_000)


def busy(stage: Stage, code: str, chance: random.Random) -> None:
    """What one node does in a round: it writes to the other, acknowledges, and works."""
    for _ in range(chance.randint(1, 3)):
        stage.send(code, FILE if chance.random() < 0.3 else b"")
    stage.order(code, "work")
    stage.acknowledge(code)
    stage.order(code, "work")


def storm(stage: Stage, rounds: int, seed: int) -> int:
    """Rounds of work on both sides at once, each with one or both killed in the midst; how many died."""
    chance = random.Random(seed)
    with ThreadPoolExecutor(2) as pool:
        for _ in range(rounds):
            victims = chance.choice([("xc",), ("xd",), CODES])
            strikes = [stage.kill_later(code, chance.uniform(0, 0.25)) for code in victims]
            seeds = [random.Random(chance.random()) for _ in CODES]
            list(pool.map(busy, [stage, stage], CODES, seeds))
            for strike in strikes:
                strike.join()
            for code in CODES:
                stage.order(code, "steps")
            stage.revive()
            facts = {code: stage.facts(code) for code in CODES}
            no_receipt_without_a_copy(facts["xc"], facts["xd"])
            no_receipt_without_a_copy(facts["xd"], facts["xc"])
            stage.pass_time()
    return len(stage.died)


def weathered(stage: Stage, rounds: int, seed: int) -> None:
    died = storm(stage, rounds, seed)
    stage.recover()
    for code in CODES:
        stage.acknowledge(code)
    stage.recover()
    nothing_lost_nothing_twice(stage.facts("xc"), stage.facts("xd"), stage.accepted)
    assert died >= rounds
    assert len(stage.accepted) >= rounds / 2


def test_every_accepted_notice_arrives_once_through_a_storm(stage: Staging) -> None:
    with stage() as built:
        weathered(built, rounds=12, seed=1)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(20))
def test_every_accepted_notice_arrives_once_through_a_long_storm(stage: Staging, seed: int) -> None:
    with stage() as built:
        weathered(built, rounds=40, seed=seed)
