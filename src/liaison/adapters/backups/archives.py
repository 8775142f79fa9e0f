"""How does a backup lie on a disk or medium? A folder of files, or one uncompressed tar where the name ends in `.tar`.

Invariants: what is being written has another name (`.NAME.part`) until all of it is durable, so a name that is there
is a whole backup; nothing that exists is replaced; a name inside an archive never becomes a path by itself, the
reader asks for the names it knows.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from liaison.adapters.durable_files import make_folders, sync_folder
from liaison.errors import MalformedError, NotNowError, UsageError

CHUNK = 1 << 20


class FolderTarget:
    """A backup being written as a folder."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._partial = _partial(path)
        with _disk():
            shutil.rmtree(self._partial, ignore_errors=True)
            self._partial.mkdir(mode=0o700)

    def scratch(self) -> Path:
        """A place for one file on the same disk, gone when the backup is finished."""
        return self._partial / ".scratch"

    def add(self, name: str, source: Path) -> tuple[int, str]:
        """Keep the file `source` as `name`; its size and SHA-256. Raises `FileNotFoundError` if it is gone."""
        place = self._partial / name
        with source.open("rb") as reading:
            return _write_copy(reading, place)

    def add_bytes(self, name: str, data: bytes) -> None:
        """Keep `data` as `name`."""
        with _disk(), (self._partial / name).open("xb") as writing:
            writing.write(data)
            writing.flush()
            os.fsync(writing.fileno())

    def finish(self) -> None:
        """Give the backup its name, all of it durable."""
        with _disk():
            self.scratch().unlink(missing_ok=True)
            for folder, _, _ in os.walk(self._partial):
                sync_folder(Path(folder))
            self._partial.rename(self._path)
            sync_folder(self._path.parent)

    def discard(self) -> None:
        """Leave nothing behind."""
        shutil.rmtree(self._partial, ignore_errors=True)


class TarTarget:
    """A backup being written as one tar file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._partial = _partial(path)
        with _disk():
            descriptor = os.open(self._partial, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
            self._file = os.fdopen(descriptor, "w+b")
            self._tar = tarfile.open(fileobj=self._file, mode="w", format=tarfile.PAX_FORMAT)  # noqa: SIM115

    def scratch(self) -> Path:
        """A place for one file on the same disk, gone when the backup is finished."""
        return self._partial.with_name(self._partial.name + ".scratch")

    def add(self, name: str, source: Path) -> tuple[int, str]:
        """Keep the file `source` as `name`; its size and SHA-256. Raises `FileNotFoundError` if it is gone."""
        with source.open("rb") as reading, _disk():
            size = os.fstat(reading.fileno()).st_size
            hashed = _Hashed(reading)
            self._tar.addfile(_entry(name, size), hashed)  # type: ignore[arg-type]
        return size, hashed.hexdigest()

    def add_bytes(self, name: str, data: bytes) -> None:
        """Keep `data` as `name`."""
        with _disk():
            self._tar.addfile(_entry(name, len(data)), io.BytesIO(data))

    def finish(self) -> None:
        """Give the backup its name, all of it durable."""
        with _disk():
            self._tar.close()
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self.scratch().unlink(missing_ok=True)
            self._partial.rename(self._path)
            sync_folder(self._path.parent)

    def discard(self) -> None:
        """Leave nothing behind."""
        self._file.close()
        self.scratch().unlink(missing_ok=True)
        self._partial.unlink(missing_ok=True)


class Source:
    """A backup being read, whatever holds it."""

    def read(self, name: str, *, limit: int) -> bytes | None:
        """The bytes of a small file, or None."""
        with _medium(name):
            reading = self._open(name)
            if reading is None:
                return None
            with reading:
                return _read_small(reading, limit)

    def copy(self, name: str, target: Path) -> tuple[int, str] | None:
        """Write the file to `target`, durably; its size and SHA-256, or None if it is not there."""
        with _medium(name):
            reading = self._open(name)
            if reading is None:
                return None
            with reading:
                return _write_copy(reading, target)

    def close(self) -> None:
        """Read no more."""

    def _open(self, name: str) -> BinaryIO | None:
        """The file, or None if it is not there."""
        raise NotImplementedError


class FolderSource(Source):
    """A backup read from a folder."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def _open(self, name: str) -> BinaryIO | None:
        place = self._path / name
        return place.open("rb") if place.is_file() else None


class TarSource(Source):
    """A backup read from one tar file."""

    def __init__(self, path: Path) -> None:
        with _medium(path.name):
            self._tar = tarfile.open(path, mode="r:")  # noqa: SIM115
            try:
                self._members = {member.name: member for member in self._tar if member.isreg()}
            except BaseException:
                self._tar.close()
                raise

    def close(self) -> None:
        """Read no more."""
        self._tar.close()

    def _open(self, name: str) -> BinaryIO | None:
        member = self._members.get(name)
        return None if member is None else cast(BinaryIO, self._tar.extractfile(member))


def open_target(path: Path) -> FolderTarget | TarTarget:
    """A new backup at `path`. Raises `UsageError` if something is there, `NotNowError` if the disk does not take it."""
    if path.exists():
        raise UsageError("backup-exists", path=str(path))
    return TarTarget(path) if path.suffix == ".tar" else FolderTarget(path)


def open_source(path: Path) -> FolderSource | TarSource:
    """The backup at `path`. Raises `MalformedError` for a file that is no tar."""
    return FolderSource(path) if path.is_dir() else TarSource(path)


def copy_hashed(reading: BinaryIO, writing: BinaryIO) -> tuple[int, str]:
    """Copy all bytes; how many, and their SHA-256."""
    running, size = hashlib.sha256(), 0
    while chunk := reading.read(CHUNK):
        running.update(chunk)
        writing.write(chunk)
        size += len(chunk)
    return size, running.hexdigest()


class _Hashed:
    """A file being read, with the hash of what was read so far."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._running = hashlib.sha256()

    def read(self, count: int = -1) -> bytes:
        """The next bytes."""
        data = self._file.read(count)
        self._running.update(data)
        return data

    def hexdigest(self) -> str:
        """The SHA-256 so far."""
        return self._running.hexdigest()


def _read_small(reading: BinaryIO, limit: int) -> bytes:
    data = reading.read(limit + 1)
    if len(data) > limit:
        raise MalformedError("backup-not-readable", name="manifest", reason="too large")
    return data


def _write_copy(reading: BinaryIO, target: Path) -> tuple[int, str]:
    with _disk():
        make_folders(target.parent)
        with target.open("xb") as writing:
            target.chmod(0o600)
            found = copy_hashed(reading, writing)
            writing.flush()
            os.fsync(writing.fileno())
        sync_folder(target.parent)
    return found


def _partial(path: Path) -> Path:
    return path.with_name(f".{path.name}.part")


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    return entry


@contextmanager
def _disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise NotNowError("storage-refused", reason=error.strerror or type(error).__name__) from error


@contextmanager
def _medium(name: str) -> Iterator[None]:
    """Raises `MalformedError` where the medium cannot be read."""
    try:
        yield
    except (OSError, tarfile.TarError) as error:
        raise MalformedError("backup-not-readable", name=name, reason=str(error)[:80]) from error
