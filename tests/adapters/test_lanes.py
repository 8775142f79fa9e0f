"""Do lanes in processes of their own tell a signature that holds from one that does not?"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from liaison.adapters.lanes import WAITING, WORTHWHILE, ProcessLanes, open_lanes
from liaison.register.state import SignatureCheck
from tests.register.registry import signer


def checks(count: int, *, forged: int | None = None) -> list[SignatureCheck]:
    key = signer("lane")
    made = []
    for number in range(count):
        message = f"message {number}".encode()
        signed = key.sign(b"another" if number == forged else message)
        made.append(SignatureCheck(message, ((key.public.raw, signed),)))
    return made


@contextmanager
def lanes(workers: int = 1) -> Iterator[ProcessLanes]:
    opened = ProcessLanes(workers)
    try:
        yield opened
    finally:
        opened.close()


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_lanes_tell_a_forged_batch_from_sound_ones(workers: int) -> None:
    with lanes(workers) as opened:
        for _ in range(3 * WAITING):
            opened.submit(checks(5))
        sound = opened.settle()
        opened.submit(checks(5, forged=3))
        opened.submit(checks(5))
        assert (sound, opened.settle(), opened.settle()) == (True, False, True)


@pytest.mark.parametrize("place", range(2 * WAITING))
def test_a_forged_batch_is_told_wherever_it_is_computed(place: int) -> None:
    with lanes() as opened:
        for number in range(2 * WAITING):
            opened.submit(checks(3, forged=1 if number == place else None))
        assert not opened.settle()


def test_a_batch_larger_than_any_pipe_goes_through() -> None:
    key, message = signer("lane"), bytes(60_000)
    large = SignatureCheck(message, ((key.public.raw, key.sign(message)),))
    with lanes() as opened:
        for _ in range(WAITING):
            opened.submit([large] * 40)
        assert opened.settle()


def test_a_lane_that_dies_vouches_for_nothing() -> None:
    with lanes() as opened:
        os.kill(opened.processes[0], signal.SIGKILL)
        for _ in range(WAITING):
            opened.submit(checks(5))
        assert not opened.settle()


def test_a_lane_ends_with_the_pipe() -> None:
    with lanes() as opened:
        process = opened.processes[0]
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_a_small_log_opens_no_lanes() -> None:
    with open_lanes(WORTHWHILE - 1) as opened:
        assert opened is None
