"""How do several members travel as one file that there is only one way to write?

An uncompressed tar (POSIX ustar) of plain files. Invariants (docs/spec/file-way.md):
- plain files, mode 0644, no owner, time 0, two zero blocks at the end; a header prints back to its own bytes;
- nothing is unpacked by name: the reader hands out names and bytes, and a name never becomes a path;
- which names, in which order and how large, whoever reads says before a byte of a member is read; bytes are passed on
  as they come.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from liaison.errors import MalformedError

BLOCK = 512
LARGEST_MEMBER = 8 * 1024**3 - 1
LONGEST_NAME = 100

_CHUNK = 64 * 1024
_END = bytes(2 * BLOCK)

Read = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class TarMember:
    """One file of the tar; `size` in bytes."""

    name: str
    size: int


Check = Callable[[TarMember | None, TarMember], None]
"""Raises MalformedError where a member may not follow the one before it (None: it would be the first)."""


def write_tar(members: Iterable[tuple[TarMember, Iterable[bytes]]]) -> Iterator[bytes]:
    """The bytes of the tar. Raises MalformedError where a member is not of its size."""
    for member, chunks in members:
        yield _header(member)
        written = 0
        for chunk in chunks:
            written += len(chunk)
            yield chunk
        if written != member.size:
            raise MalformedError("tar-size", name=member.name, size=written, expected=member.size)
        yield bytes(-written % BLOCK)
    yield _END


def read_tar(read: Read, *, most: int, check: Check) -> Iterator[tuple[TarMember, Iterator[bytes]]]:
    """The members in order, each with its bytes in chunks; take all the chunks before the next member.

    `read(n)` gives up to n bytes, nothing at the end. Raises MalformedError for any other tar than `write_tar` makes,
    for more than `most` members, and what `check` does.
    """
    previous: TarMember | None = None
    for count in range(most + 1):
        block = _exactly(read, BLOCK)
        if not any(block):
            if any(_exactly(read, BLOCK)) or read(1):
                raise MalformedError("tar-end")
            return
        if count == most:
            break
        member = _parse_header(block)
        check(previous, member)
        previous = member
        yield member, _body(read, member)
    raise MalformedError("tar-members", limit=most)


def _header(member: TarMember) -> bytes:
    """The one ustar header of a member; the checksum counts its own field as spaces."""
    fields = (
        member.name.encode().ljust(LONGEST_NAME, b"\0"),
        b"0000644\0" + b"0000000\0" * 2,
        b"%011o\0" % member.size,
        b"00000000000\0",
        b" " * 8,
        b"0" + bytes(100) + b"ustar\x0000" + bytes(64 + 16 + 167),
    )
    block = b"".join(fields)
    if len(block) != BLOCK:
        raise MalformedError("too-large", size=member.size, limit=LARGEST_MEMBER)
    return block[:148] + b"%06o\0 " % sum(block) + block[156:]


def _parse_header(block: bytes) -> TarMember:
    """The member a header announces; printing it again must give the same block."""
    name = block[:LONGEST_NAME].rstrip(b"\0").decode("ascii", "replace")
    size_text = block[124:135]
    if not re.fullmatch(rb"[0-7]{11}", size_text) or not name.isascii():
        raise MalformedError("tar-header")
    member = TarMember(name, int(size_text, 8))
    if _header(member) != block:
        raise MalformedError("tar-header")
    return member


def _body(read: Read, member: TarMember) -> Iterator[bytes]:
    left = member.size
    while left:
        chunk = _exactly(read, min(left, _CHUNK))
        left -= len(chunk)
        yield chunk
    if any(_exactly(read, -member.size % BLOCK)):
        raise MalformedError("tar-padding")


def _exactly(read: Read, size: int) -> bytes:
    """`size` bytes; a pipe may hand them out in pieces."""
    pieces = []
    while size:
        piece = read(size)
        if not piece:
            raise MalformedError("tar-truncated")
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)
