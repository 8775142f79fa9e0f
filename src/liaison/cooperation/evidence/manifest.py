"""Which files are the evidence, and where does one differ from what was collected?

    {"description":{"lang":"en","text":"Image of a server's disk"},"files":[{"media_type":"application/octet-stream",
     "name":"disk.img","pieces":["<sha256 of the first 256 KiB>",…],"sha256":"…","size":268435456}],"manifest":1}

Invariants (docs/spec/evidence.md):
- a file is known by size and SHA-256 of all its bytes, and by the SHA-256 of each piece of 256 KiB, the last shorter;
- the hashes are taken while the file is read at its source, before anything is sealed;
- what differs is named by the pieces that differ, as ranges of bytes; memory stays flat whatever the size.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec

from liaison.cooperation.evidence.conditions import Words
from liaison.errors import MalformedError
from liaison.messages.names import check_file_name, check_media_type
from liaison.wire.byte_ranges import ByteRange
from liaison.wire.canonical import decode_struct, encode_struct
from liaison.wire.identifiers import Hash, digest

PIECE = 256 * 1024
MOST_FILES = 62
LARGEST_MANIFEST = 32 * 1024 * 1024


class EvidenceFile(msgspec.Struct, frozen=True):
    """One file as it was collected; `size` in bytes."""

    name: str
    media_type: str
    size: Annotated[int, msgspec.Meta(ge=0)]
    sha256: Hash
    pieces: tuple[Hash, ...]


class Manifest(msgspec.Struct, frozen=True):
    """The files of one item of evidence, and what it is in words."""

    manifest: Literal[1]
    description: Words
    files: tuple[EvidenceFile, ...]

    @property
    def size(self) -> int:
        """All bytes of all files."""
        return sum(each.size for each in self.files)


class Measure:
    """Takes the hashes of a file while it passes."""

    def __init__(self) -> None:
        self.size = 0
        self._whole = hashlib.sha256()
        self._piece = hashlib.sha256()
        self._left = PIECE
        self._pieces: list[str] = []

    def through(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The chunks as they are, measured."""
        for chunk in chunks:
            self._add(chunk)
            yield chunk

    def _add(self, chunk: bytes) -> None:
        self.size += len(chunk)
        self._whole.update(chunk)
        view = memoryview(chunk)
        while view:
            part, view = view[: self._left], view[self._left :]
            self._piece.update(part)
            self._left -= len(part)
            if not self._left:
                self._end_piece()

    def _end_piece(self) -> None:
        self._pieces.append(self._piece.hexdigest())
        self._piece, self._left = hashlib.sha256(), PIECE

    def file(self, name: str, media_type: str) -> EvidenceFile:
        """What passed, once all of it did."""
        pieces = [*self._pieces, *([self._piece.hexdigest()] if self._left < PIECE else [])]
        return EvidenceFile(name, media_type, self.size, self._whole.hexdigest(), tuple(pieces))


@dataclass(frozen=True, slots=True)
class FileCheck:
    """How a file compares with the manifest: `found` bytes were there, None where there was no file."""

    file: EvidenceFile
    found: int | None
    wrong: tuple[ByteRange, ...] = ()

    @property
    def same(self) -> bool:
        """Whether it is what was collected."""
        return self.found == self.file.size and not self.wrong


def compare_file(file: EvidenceFile, chunks: Iterable[bytes]) -> FileCheck:
    """Where the bytes differ from those that were collected. Raises what reading them does."""
    measure = Measure()
    for _ in measure.through(chunks):
        pass
    found = measure.file(file.name, file.media_type)
    count = max(len(found.pieces), len(file.pieces))
    wrong = [number for number in range(count) if _piece(found, number) != _piece(file, number)]
    if not wrong and found.sha256 != file.sha256:  # The manifest contradicts itself.
        wrong = list(range(count))
    return FileCheck(file, found.size, tuple(_ranges(wrong, max(found.size, file.size))))


def _piece(file: EvidenceFile, number: int) -> str | None:
    return file.pieces[number] if number < len(file.pieces) else None


def _ranges(pieces: Iterable[int], size: int) -> Iterator[ByteRange]:
    """Pieces as ranges of bytes, neighbours as one."""
    start = end = -1
    for number in pieces:
        if number != end:
            if end > 0:
                yield ByteRange(start * PIECE, min(end * PIECE, size))
            start = number
        end = number + 1
    if end > 0:
        yield ByteRange(start * PIECE, min(end * PIECE, size))


def hash_manifest(manifest: Manifest) -> str:
    """What the first line of the custody record names: SHA-256 of the canonical manifest."""
    return digest(encode_struct(manifest))


def check_manifest(manifest: Manifest) -> None:
    """What the types do not say. Raises MalformedError."""
    if not 1 <= len(manifest.files) <= MOST_FILES:
        raise MalformedError("evidence-files", count=len(manifest.files), limit=MOST_FILES)
    for file in manifest.files:
        check_file_name(file.name)
        check_media_type(file.media_type)
        if len(file.pieces) != -(-file.size // PIECE):
            raise MalformedError("evidence-pieces", name=file.name)


def decode_manifest(data: bytes) -> Manifest:
    """The manifest in canonical bytes. Raises MalformedError."""
    manifest = decode_struct(data, Manifest, limit=LARGEST_MANIFEST)
    check_manifest(manifest)
    return manifest
