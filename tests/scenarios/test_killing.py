"""Is nothing lost, doubled or receipted too early, whoever is killed with signal 9, and wherever?"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.scenarios.killing import Killing

LAST_STEP = 60


def test_the_sender_killed_at_every_durable_step_loses_and_doubles_nothing(tmp_path: Path) -> None:
    killing = Killing(tmp_path)
    steps = 0
    for step in range(1, LAST_STEP):
        died, _ = killing.play(sender_dies_at=step)
        if not died:
            break
        steps += 1
        killing.recover()
        killing.check()
    assert 6 <= steps < LAST_STEP - 1


def test_the_receiver_killed_at_every_durable_step_loses_and_doubles_nothing(tmp_path: Path) -> None:
    killing = Killing(tmp_path)
    steps = 0
    for step in range(1, LAST_STEP):
        _, died = killing.play(receiver_dies_at=step)
        if not died:
            break
        steps += 1
        killing.recover()
        killing.check()
    assert 6 <= steps < LAST_STEP - 1


def rounds_of_chance(folder: Path, *, seed: int, rounds: int) -> None:
    chance = random.Random(seed)
    killing = Killing(folder)
    for _ in range(rounds):
        killing.play_and_kill(
            sender_after=chance.uniform(0.02, 0.4), receiver_after=chance.uniform(0.02, 0.4), notices=4
        )
    killing.recover()
    killing.check()


def test_both_killed_at_random_lose_and_double_nothing(tmp_path: Path) -> None:
    rounds_of_chance(tmp_path, seed=20261122, rounds=12)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(40))
def test_both_killed_at_random_for_long_lose_and_double_nothing(tmp_path: Path, seed: int) -> None:
    rounds_of_chance(tmp_path, seed=seed, rounds=50)
