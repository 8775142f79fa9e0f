"""Does a notice survive a kill inside a commit, between the calls with which SQLite and the blob store write?

`strace` stops a process at the n-th call of a kind and kills it there: half a commit is in the file, or synced and not
yet answered. Here a few calls of each kind; `make soak` takes every one.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.crash.conftest import Staging
from tests.crash.stage import Stage
from tests.crash.test_every_fault import THREADS
from tests.crash.test_every_step import life
from tests.crash.tracing import injected, threads

CALLS = ("pwrite64", "fdatasync", "fsync")
MOST = 400


def survives(stage: Stage, code: str, call: str, number: int, *, thread: int | None = None) -> bool:
    """Tell the story with a kill at that call, of any thread or of that one; whether it came to that."""
    pid = stage.live[code][0]
    assert len(threads(pid)) == THREADS
    with injected(pid, (call,), f"signal=KILL:when={number}", thread=thread):
        life(stage)
        stage.kill(code)
    return stage.died[:1] == [code]


def numbers(code: str, call: str) -> Iterator[int]:
    """A few calls, early and late in the story."""
    yield from {"pwrite64": (2, 17), "fdatasync": (1, 3), "fsync": (1,)}[call]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("code", ["xc", "xd"])
def test_a_node_may_be_killed_inside_a_commit(stage: Staging, code: str, call: str) -> None:
    for number in numbers(code, call):
        with stage() as built:
            assert survives(built, code, call, number), f"{call} {number} was not reached"


@pytest.mark.soak
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("thread", range(THREADS))
@pytest.mark.parametrize("code", ["xc", "xd"])
def test_a_node_may_be_killed_at_every_call_that_writes(stage: Staging, code: str, thread: int, call: str) -> None:
    for number in range(1, MOST):
        with stage() as built:
            if not survives(built, code, call, number, thread=thread):
                return
    raise AssertionError(f"more than {MOST} calls of {call}")
