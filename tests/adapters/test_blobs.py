"""Are the bytes whole under their own hash or not there, and does nothing pile up beside them?"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from liaison.adapters.blobs import ABANDONED_SECONDS, FilePartial, FolderBlobStore
from liaison.errors import MalformedError, NotNowError, UsageError

CHUNKS = (b"first", b"second")
DIGEST = hashlib.sha256(b"firstsecond").hexdigest()


@pytest.fixture
def store(tmp_path: Path) -> FolderBlobStore:
    return FolderBlobStore(tmp_path / "blobs")


def loose(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob(".part-*")]


def test_what_was_put_is_read_back_whole_and_in_ranges(store: FolderBlobStore, tmp_path: Path) -> None:
    assert store.put(CHUNKS, limit=11) == (DIGEST, 11)
    assert b"".join(store.read(DIGEST)) == b"firstsecond"
    assert b"".join(store.read(DIGEST, start=3, end=7)) == b"stse"
    assert loose(tmp_path) == []


def test_the_same_bytes_again_are_one_file(store: FolderBlobStore, tmp_path: Path) -> None:
    assert store.put(CHUNKS, limit=11) == store.put([b"firstsecond"], limit=11)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [DIGEST]


def test_bytes_beyond_the_limit_leave_nothing_behind(store: FolderBlobStore, tmp_path: Path) -> None:
    with pytest.raises(MalformedError, match="attachment-too-large"):
        store.put(CHUNKS, limit=10)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_chunks_that_end_in_an_error_leave_nothing_behind(store: FolderBlobStore, tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield b"first"
        raise MalformedError("hex")

    with pytest.raises(MalformedError, match="hex"):
        store.put(broken(), limit=100)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_source_that_cannot_be_read_is_no_failure_of_the_disk(tmp_path: Path) -> None:
    def unreadable() -> Iterator[bytes]:
        yield b"first"
        with Path("/proc/self/mem").open("rb", buffering=0) as source:  # Linux reads nothing at its beginning: EIO.
            yield source.read(10)

    noted: list[str] = []
    store = FolderBlobStore(tmp_path / "blobs", note=noted.append)
    with pytest.raises(OSError, match="Input/output error"):
        store.put(unreadable(), limit=100)
    assert noted == []
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


class Unreadable(io.FileIO):
    """A file on a disk that gives nothing back."""

    def read(self, size: int | None = -1, /) -> bytes:
        raise OSError(errno.EIO, os.strerror(errno.EIO))


def test_a_beginning_that_cannot_be_read_back_is_a_failure_of_the_disk(tmp_path: Path) -> None:
    noted: list[str] = []
    path = tmp_path / "beginning"
    path.write_bytes(b"first")
    with Unreadable(path, "r+") as handle:
        partial = FilePartial(handle, path, tmp_path / DIGEST, noted.append)  # type: ignore[arg-type]
        for look in (lambda: list(partial.read()), partial.finish):
            with pytest.raises(NotNowError, match="storage-failed"):
                look()
    assert noted == ["Input/output error"] * 2


def test_what_a_killed_process_left_half_written_is_swept_away_a_day_later(
    store: FolderBlobStore, tmp_path: Path
) -> None:
    store.put(CHUNKS, limit=11)
    old, young = tmp_path / "blobs" / ".part-old", tmp_path / "blobs" / ".part-young"
    for path in (old, young):
        path.write_bytes(b"half")
    then = time.time() - ABANDONED_SECONDS - 60
    os.utime(old, (then, then))
    store.put([b"other"], limit=11)
    assert loose(tmp_path) == [".part-young"]
    assert store.has(DIGEST)


def test_a_name_that_is_no_hash_never_becomes_a_path(store: FolderBlobStore) -> None:
    for name in ("../../etc/passwd", "A" * 64, "0" * 63, ""):
        with pytest.raises(MalformedError, match="hex"):
            store.has(name)


def test_what_was_removed_is_not_here_and_may_be_removed_again(store: FolderBlobStore) -> None:
    store.put(CHUNKS, limit=11)
    store.remove(DIGEST)
    store.remove(DIGEST)
    with pytest.raises(UsageError, match="attachment-not-here"):
        list(store.read(DIGEST))
