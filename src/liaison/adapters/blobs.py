"""Where do large sealed bytes rest? In files named by their SHA-256: `blobs/ab/ab12…`.

    blobs/ab/ab12…            a whole blob
    blobs/.part-x7k2          one being put, whose hash is not known yet
    blobs/.fetched-ab12…-c4…   the beginning of one that arrives in ranges, and from where

Invariants: a name appears only when all its bytes are durable; the name is the hash of the bytes, so the same
attachment from two senders is one file, and no name from outside ever becomes a path; what a killed process left
half-written is swept away by a later `put`, once no living one can still be writing it; what was fetched stays, and
one process at a time adds to it.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from liaison.adapters.durable_files import sync, sync_folder, watched
from liaison.errors import MalformedError, NotNowError, UsageError, VerificationError

CHUNK = 1 << 16
NAME_LENGTH = 64
PARTIAL = ".part-"
FETCHED = ".fetched-"
ABANDONED_SECONDS = 24 * 3600


class FilePartial:
    """A `Partial` in one file, which nobody else has open."""

    def __init__(self, handle: BinaryIO, path: Path, target: Path, note: Callable[[str], None]) -> None:
        self._handle = handle
        self._note = note
        self._path = path
        self._target = target
        self._appended = False
        self.size = os.fstat(handle.fileno()).st_size

    def append(self, data: bytes) -> None:
        """Add bytes at the end."""
        with watched(self._note):
            self._handle.seek(self.size)
            self._appended = True
            for written in _written(self._handle, data):
                self.size += written

    def read(self) -> Iterator[bytes]:
        """What is here, in chunks."""
        with watched(self._note):
            self._handle.seek(0)
        yield from _chunks(self._handle, self._note)

    def cut(self, size: int) -> None:
        """Keep the first `size` bytes only."""
        with watched(self._note):
            self._handle.truncate(size)
            self._appended = True
            self.size = size

    def finish(self) -> None:
        """Give it its name if that is its hash."""
        running = hashlib.sha256()
        for chunk in self.read():
            running.update(chunk)
        if running.hexdigest() != self._target.name:
            raise VerificationError("attachment-altered", digest=self._target.name)
        with watched(self._note):
            self.sync()
            self._target.parent.mkdir(exist_ok=True)
            self._path.replace(self._target)
            sync_folder(self._target.parent)
            sync_folder(self._path.parent)

    def sync(self) -> None:
        """Make what was appended durable."""
        if self._appended:
            sync(self._handle.fileno())
            self._appended = False


class FolderBlobStore:
    """A `BlobStore` in one folder."""

    def __init__(self, folder: Path, *, note: Callable[[str], None] = lambda _: None) -> None:
        """`note` is told of a sync that failed."""
        self._folder = folder
        self._note = note

    def put(self, chunks: Iterable[bytes], *, limit: int) -> tuple[str, int]:
        """Keep the bytes; return their SHA-256 (hex) and size. Raises `MalformedError` beyond `limit`, NotNowError."""
        with watched(self._note):
            self._folder.mkdir(parents=True, exist_ok=True)
            self._sweep()
            descriptor, name = tempfile.mkstemp(prefix=PARTIAL, dir=self._folder)
        partial = Path(name)
        try:
            with cast(BinaryIO, os.fdopen(descriptor, "wb", buffering=0)) as handle:
                digest, size = self._copy(chunks, handle, limit)
                with watched(self._note):
                    sync(handle.fileno())
            with watched(self._note):
                self._name(partial, self._path(digest))
        finally:
            partial.unlink(missing_ok=True)
        return digest, size

    def _name(self, partial: Path, target: Path) -> None:
        target.parent.mkdir(exist_ok=True)
        partial.replace(target)
        sync_folder(target.parent)
        sync_folder(self._folder)

    def _sweep(self) -> None:
        """Remove what processes that were killed left half-written."""
        with os.scandir(self._folder) as found:
            partial = [Path(each) for each in found if each.name.startswith(PARTIAL)]
        for path in partial:
            with contextlib.suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > ABANDONED_SECONDS:
                    path.unlink()

    def _copy(self, chunks: Iterable[bytes], handle: BinaryIO, limit: int) -> tuple[str, int]:
        """Write the chunks; what goes wrong where they come from says nothing of this disk."""
        running, size = hashlib.sha256(), 0
        for chunk in chunks:
            size += len(chunk)
            if size > limit:
                raise MalformedError("attachment-too-large", limit=limit)
            running.update(chunk)
            with watched(self._note):
                sum(_written(handle, chunk))
        return running.hexdigest(), size

    def has(self, digest: str) -> bool:
        """Whether the whole of it is here."""
        return self._path(digest).is_file()

    def read(self, digest: str, *, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` to `end`, in chunks. Raises `UsageError` if it is not here, NotNowError."""
        with watched(self._note):
            try:
                handle = self._path(digest).open("rb")
            except FileNotFoundError:
                raise UsageError("attachment-not-here", digest=digest) from None
        with handle:
            handle.seek(start)
            yield from _chunks(handle, self._note, -1 if end is None else end - start)

    def remove(self, digest: str) -> None:
        """Forget it; idempotent."""
        self._path(digest).unlink(missing_ok=True)

    @contextlib.contextmanager
    def partial(self, digest: str, source: str) -> Iterator[FilePartial]:
        """Go on with what has arrived of it from there. Raises `NotNowError` while another has it in hand."""
        path, target = self._fetched(digest, source), self._path(digest)
        with watched(self._note):
            self._folder.mkdir(parents=True, exist_ok=True)
            handle = _open_alone(path, digest)
        with handle:
            partial = FilePartial(handle, path, target, self._note)
            try:
                if not partial.size:
                    with watched(self._note):
                        sync_folder(self._folder)
                yield partial
            finally:
                with watched(self._note):
                    partial.sync()

    def arrived(self, digest: str, source: str) -> int:
        """How many bytes of it have arrived from there."""
        try:
            return self._fetched(digest, source).stat().st_size
        except FileNotFoundError:
            return 0

    def partials(self) -> list[tuple[str, str]]:
        """The beginnings that are here, as digest and source."""
        names = sorted(path.name.removeprefix(FETCHED) for path in self._folder.glob(f"{FETCHED}*"))
        return [(digest, source) for digest, _, source in (name.partition("-") for name in names)]

    def drop(self, digest: str, source: str) -> None:
        """Forget what arrived of it from there; idempotent."""
        self._fetched(digest, source).unlink(missing_ok=True)

    def older_than(self, seconds: float) -> Iterator[str]:
        """The digests of whole blobs that were put longer ago than this."""
        then = time.time() - seconds
        for path in self._folder.glob("[0-9a-f][0-9a-f]/*"):
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime < then:
                    yield path.name

    def _fetched(self, digest: str, source: str) -> Path:
        return self._folder / f"{FETCHED}{_hexadecimal(digest)}-{_hexadecimal(source)}"

    def _path(self, digest: str) -> Path:
        return self._folder / _hexadecimal(digest)[:2] / digest


def _hexadecimal(name: str) -> str:
    """The name, which is a hash: nothing else becomes part of a path."""
    if len(name) != NAME_LENGTH or not set(name) <= set("0123456789abcdef"):
        raise MalformedError("hex")
    return name


def _written(handle: BinaryIO, data: bytes) -> Iterator[int]:
    """Write all of it to a handle without a buffer; how many bytes each call took."""
    left = memoryview(data)
    while left:
        written = handle.write(left)
        yield written
        left = left[written:]


def _chunks(handle: BinaryIO, note: Callable[[str], None], left: int = -1) -> Iterator[bytes]:
    """The next `left` bytes of a file of the node, or all that follow. Raises NotNowError when it cannot be read."""
    while left != 0:
        with watched(note):
            chunk = handle.read(CHUNK if left < 0 else min(CHUNK, left))
        if not chunk:
            return
        left = left - len(chunk) if left > 0 else left
        yield chunk


def _open_alone(path: Path, digest: str) -> BinaryIO:
    """The file, made if need be, locked until it is closed. Raises `NotNowError` while somebody else has it."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        handle = cast(BinaryIO, os.fdopen(descriptor, "r+b", buffering=0))
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Between opening and locking, another may have finished it: then this is a whole blob, not to be changed.
            if path.exists() and path.stat().st_ino == os.fstat(handle.fileno()).st_ino:
                return handle
        except BlockingIOError:
            handle.close()
            raise NotNowError("attachment-in-hand", digest=digest) from None
        except BaseException:
            handle.close()
            raise
        handle.close()
