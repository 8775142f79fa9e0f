"""Does a notice survive an error of the disk at any single write or sync of its life, on either side?

`strace` fails the n-th call of a kind, once or again and again, while the story is told; then the disk is well again.
Here a few calls of each kind; `make soak` fails every one.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.crash.conftest import Staging
from tests.crash.invariants import no_receipt_without_a_copy, nothing_lost_nothing_twice
from tests.crash.stage import Stage
from tests.crash.test_every_step import TABLE
from tests.crash.tracing import injected, threads

WRITES, SYNCS = ("write", "pwrite64"), ("fdatasync", "fsync")
REFUSALS = frozenset({"storage-refused", "storage-failed"})
MOST = 400
THREADS = 2
"""Of a node of these tests: 0 does what it is told, 1 is its door."""


def survives(stage: Stage, code: str, call: str, fault: str, *, thread: int | None = None) -> list[str]:
    """Tell the story with that fault of one node's disk, then let it pass, and judge; the calls that failed.

    With `thread`, only calls of that one.
    """
    pid = stage.live[code][0]
    with injected(pid, (call,), fault, thread=thread) as struck:
        stage.tell(TABLE)
    assert len(threads(pid)) == THREADS, "a thread that nobody strikes"
    stage.revive()
    facts = [stage.facts(each) for each in ("xc", "xd")]
    no_receipt_without_a_copy(*facts)
    no_receipt_without_a_copy(*reversed(facts))
    stage.recover()
    stage.acknowledge("xd")
    stage.recover()
    nothing_lost_nothing_twice(stage.facts("xc"), stage.facts("xd"), stage.accepted)
    assert stage.died == []
    return struck


def is_kept(struck: list[str], code: str) -> bool:
    """Whether what failed was about bytes that are kept, and is told: SQLite's index in shared memory is not kept, and
    that the folder of its log could not be synced it tells nobody."""
    return any("-shm>" not in line and not ("fdatasync(" in line and f"/{code}>" in line) for line in struck)


def numbers(call: str) -> Iterator[int]:
    """A few calls, early and late in the story."""
    yield from {"write": (1,), "pwrite64": (2, 17), "fdatasync": (1, 2, 3), "fsync": (1,)}[call]


@pytest.mark.parametrize("call", (*WRITES, *SYNCS))
@pytest.mark.parametrize("code", ["xc", "xd"])
def test_a_notice_outlives_an_error_of_the_disk(stage: Staging, code: str, call: str) -> None:
    for number in numbers(call):
        with stage(takes=REFUSALS) as built:
            struck = survives(built, code, call, f"error=EIO:when={number}")
            assert struck
            assert built.failed == [code] * is_kept(struck, code)


@pytest.mark.parametrize("call", WRITES)
@pytest.mark.parametrize("code", ["xc", "xd"])
def test_a_notice_outlives_a_disk_that_is_full_again_and_again_without_a_new_start(
    stage: Staging, code: str, call: str
) -> None:
    with stage(takes=REFUSALS) as built:
        assert survives(built, code, call, "error=ENOSPC:when=1+7")
        assert built.failed == []


@pytest.mark.parametrize("thread", range(THREADS))
@pytest.mark.parametrize("code", ["xc", "xd"])
def test_a_notice_outlives_the_first_sync_that_fails_in_a_thread(stage: Staging, code: str, thread: int) -> None:
    """In each: counted over both, the first sync of the one that comes to it later would never fail."""
    with stage(takes=REFUSALS) as built:
        struck = survives(built, code, "fdatasync", "error=EIO:when=1", thread=thread)
        assert len(struck) == 1
        assert built.failed == [code] * is_kept(struck, code)


@pytest.mark.soak
@pytest.mark.parametrize("call", (*WRITES, *SYNCS))
@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
@pytest.mark.parametrize("thread", range(THREADS))
@pytest.mark.parametrize("code", ["xc", "xd"])
def test_a_notice_outlives_an_error_of_the_disk_at_every_call(
    stage: Staging, code: str, thread: int, error: str, call: str
) -> None:
    for number in range(1, MOST):
        with stage(takes=REFUSALS) as built:
            struck = survives(built, code, call, f"error={error}:when={number}", thread=thread)
            assert built.failed == ([] if error == "ENOSPC" and call in WRITES else [code] * is_kept(struck, code))
            if not struck:
                return
    raise AssertionError(f"more than {MOST} calls of {call}")
