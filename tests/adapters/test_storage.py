"""When does a disk count as nearly full, and who hears of a failed sync?"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from liaison.adapters import storage as adapter
from liaison.adapters.storage import HomeStorage
from liaison.errors import NotNowError
from liaison.node.config import Storage

MIB = 1 << 20
SIZE = 64 * MIB
SEEN_SECONDS = 10.0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 MiB of its own; needs root."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", place], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"no file system may be mounted here: {mounted.stderr!r}")
    yield place
    subprocess.run(["umount", place], check=True)


def refused(call: Callable[[], None]) -> str:
    with pytest.raises(NotNowError) as caught:
        call()
    return caught.value.code


@pytest.mark.parametrize(
    ("total", "reserve"),
    [(10 << 30, (10 << 30) * 5 // 100), (2 << 40, 2 << 30), (SIZE, SIZE * 5 // 100), (0, 0)],
)
def test_five_percent_stay_free_and_two_gibibytes_of_a_large_disk(total: int, reserve: int) -> None:
    assert Storage().reserve(total) == reserve


def test_new_work_is_refused_before_five_percent_are_free_and_taken_again_when_space_returns(small_disk: Path) -> None:
    storage = HomeStorage((small_disk, small_disk / "blobs"), reserve=Storage().reserve)
    storage.require_room(MIB)
    filler = small_disk / "filler"
    filler.write_bytes(bytes(SIZE * 96 // 100))
    time.sleep(adapter.LOOKED_AT_SECONDS * 1.1)
    assert refused(storage.require_room) == "disk-nearly-full"
    assert os.statvfs(small_disk).f_bavail > 0
    filler.unlink()
    deadline = time.monotonic() + SEEN_SECONDS
    while time.monotonic() < deadline:
        try:
            return storage.require_room(MIB)
        except NotNowError:
            time.sleep(0.1)
    raise AssertionError("returned space is not seen")


def test_what_would_reach_into_the_reserve_is_refused_while_less_is_taken(small_disk: Path) -> None:
    storage = HomeStorage((small_disk,), reserve=Storage().reserve)
    assert refused(lambda: storage.require_room(SIZE * 96 // 100)) == "disk-nearly-full"
    storage.require_room(SIZE * 90 // 100)


def test_a_failure_is_seen_by_every_process_forked_from_one_and_by_the_operator(tmp_path: Path) -> None:
    storage = HomeStorage((tmp_path,), reserve=Storage().reserve)
    storage.require_sound()
    assert storage.last_failure() is None
    child = os.fork()
    if child == 0:
        storage.note_failure("fsync: Input/output error")
        os._exit(0)
    os.waitpid(child, 0)
    assert refused(storage.require_sound) == "storage-failed"
    assert storage.failure() == "fsync: Input/output error"
    later = HomeStorage((tmp_path,), reserve=Storage().reserve)
    later.require_sound()
    noted = later.last_failure()
    assert noted is not None
    assert noted[1] == "fsync: Input/output error"


def test_a_failure_that_a_command_met_is_seen_by_the_served_node_and_no_longer_by_the_next(tmp_path: Path) -> None:
    old = HomeStorage((tmp_path,), reserve=Storage().reserve)
    old.note_failure("an older one")
    served, command = (HomeStorage((tmp_path,), reserve=Storage().reserve) for _ in range(2))
    served.require_sound()
    command.note_failure("fsync: Input/output error")
    assert refused(served.require_sound) == "storage-failed"
    assert served.failure() == "fsync: Input/output error"
    (tmp_path / adapter.NOTE_NAME).unlink()
    assert refused(served.require_sound) == "storage-failed"
    HomeStorage((tmp_path,), reserve=Storage().reserve).require_sound()


def test_a_failure_is_remembered_where_no_note_can_be_left(tmp_path: Path) -> None:
    storage = HomeStorage((tmp_path / "gone",), reserve=Storage().reserve)
    storage.note_failure("x" * 5000)
    assert refused(storage.require_sound) == "storage-failed"
    assert storage.last_failure() is None
