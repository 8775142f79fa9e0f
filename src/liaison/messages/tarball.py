"""How does a sealed message with its attachments travel as one file?

    message.age                       the sealed copy for one desk
    attachments/<sha256>.age          each sealed attachment, named by the hash of its sealed bytes, sorted

An uncompressed tar (POSIX ustar) with exactly these members. Invariants (docs/spec/file-way.md):
- one way to write it: plain files, mode 0644, no owner, time 0, two zero blocks at the end; all else is refused;
- nothing is unpacked by name: the reader hands out hashes and bytes, and a name never becomes a path;
- sizes are capped before a byte is read, and bytes are passed on as they come.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from liaison.errors import MalformedError, VerificationError

BLOCK = 512
LARGEST_SEALED_MESSAGE = 512 * 1024
LARGEST_ATTACHMENT = 8 * 1024**3 - 1
MOST_MEMBERS = 65
MESSAGE_NAME = "message.age"

_ATTACHMENT = re.compile(r"attachments/([0-9a-f]{64})\.age")
_CHUNK = 64 * 1024
_END = bytes(2 * BLOCK)

Read = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the tar: `sealed` is the hash in its name, None for the message itself."""

    sealed: str | None
    size: int

    @property
    def name(self) -> str:
        """The name inside the tar."""
        return MESSAGE_NAME if self.sealed is None else f"attachments/{self.sealed}.age"


def write_tarball(members: Iterable[tuple[Member, Iterable[bytes]]]) -> Iterator[bytes]:
    """The bytes of the tar, message first and attachments by hash. Raises MalformedError for another order or size."""
    previous: Member | None = None
    for member, chunks in members:
        _check_order(previous, member)
        previous = member
        yield _header(member)
        written = 0
        for chunk in chunks:
            written += len(chunk)
            yield chunk
        if written != member.size:
            raise MalformedError("tar-size", name=member.name, size=written, expected=member.size)
        yield bytes(-written % BLOCK)
    if previous is None:
        raise MalformedError("tar-order", name=MESSAGE_NAME)
    yield _END


def read_tarball(read: Read, *, attachment_limit: int) -> Iterator[tuple[Member, Iterator[bytes]]]:
    """The members in order, each with its bytes in chunks; take all the chunks before the next member.

    `read(n)` gives up to n bytes, nothing at the end. Raises MalformedError for any other tar than `write_tarball`
    makes, VerificationError when an attachment is not what its name says.
    """
    previous: Member | None = None
    for count in range(MOST_MEMBERS + 1):
        block = _exactly(read, BLOCK)
        if not any(block):
            _check_end(read, previous)
            return
        if count == MOST_MEMBERS:
            break
        member = _parse_header(block, attachment_limit)
        _check_order(previous, member)
        previous = member
        yield member, _body(read, member)
    raise MalformedError("tar-members", limit=MOST_MEMBERS)


def _check_order(previous: Member | None, member: Member) -> None:
    if (previous is None) != (member.sealed is None):
        raise MalformedError("tar-order", name=member.name)
    if previous is not None and previous.sealed is not None and (member.sealed or "") <= previous.sealed:
        raise MalformedError("tar-order", name=member.name)


def _check_end(read: Read, previous: Member | None) -> None:
    if previous is None:
        raise MalformedError("tar-order", name=MESSAGE_NAME)
    if any(_exactly(read, BLOCK)) or read(1):
        raise MalformedError("tar-end")


def _header(member: Member) -> bytes:
    """The one ustar header of a member; the checksum counts its own field as spaces."""
    fields = (
        member.name.encode().ljust(100, b"\0"),
        b"0000644\0" + b"0000000\0" * 2,
        b"%011o\0" % member.size,
        b"00000000000\0",
        b" " * 8,
        b"0" + bytes(100) + b"ustar\x0000" + bytes(64 + 16 + 167),
    )
    block = b"".join(fields)
    return block[:148] + b"%06o\0 " % sum(block) + block[156:]


def _parse_header(block: bytes, attachment_limit: int) -> Member:
    """The member a header announces; printing it again must give the same block."""
    name = block[:100].rstrip(b"\0").decode("ascii", "replace")
    size_text = block[124:135]
    if not re.fullmatch(rb"[0-7]{11}", size_text):
        raise MalformedError("tar-header")
    found = _ATTACHMENT.fullmatch(name)
    if found is None and name != MESSAGE_NAME:
        raise MalformedError("tar-header")
    member = Member(found[1] if found else None, int(size_text, 8))
    if _header(member) != block:
        raise MalformedError("tar-header")
    limit = LARGEST_SEALED_MESSAGE if member.sealed is None else min(attachment_limit, LARGEST_ATTACHMENT)
    if member.size > limit:
        raise MalformedError("too-large", size=member.size, limit=limit)
    return member


def _body(read: Read, member: Member) -> Iterator[bytes]:
    hasher = hashlib.sha256()
    left = member.size
    while left:
        chunk = _exactly(read, min(left, _CHUNK))
        left -= len(chunk)
        hasher.update(chunk)
        yield chunk
    if any(_exactly(read, -member.size % BLOCK)):
        raise MalformedError("tar-padding")
    if member.sealed is not None and hasher.hexdigest() != member.sealed:
        raise VerificationError("attachment-differs", sealed=member.sealed)


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
