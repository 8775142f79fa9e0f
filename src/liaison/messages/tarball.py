"""How does a sealed message with its attachments travel as one file?

    message.age                       the sealed copy for one desk
    attachments/<sha256>.age          each sealed attachment, named by the hash of its sealed bytes, sorted

A tar as `wire.tar` writes it, with exactly these members. Invariants (docs/spec/file-way.md):
- the message first, then the attachments by hash; all else is refused;
- nothing is unpacked by name: the reader hands out hashes and bytes, and a name never becomes a path;
- sizes are capped before a byte is read, and bytes are passed on as they come.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from liaison.errors import MalformedError, VerificationError
from liaison.wire.tar import LARGEST_MEMBER, Read, TarMember, read_tar, write_tar

LARGEST_SEALED_MESSAGE = 512 * 1024
LARGEST_ATTACHMENT = LARGEST_MEMBER
MOST_MEMBERS = 65
MESSAGE_NAME = "message.age"

_ATTACHMENT = re.compile(r"attachments/([0-9a-f]{64})\.age")


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
    return write_tar(_in_order(members))


def read_tarball(read: Read, *, attachment_limit: int) -> Iterator[tuple[Member, Iterator[bytes]]]:
    """The members in order, each with its bytes in chunks; take all the chunks before the next member.

    `read(n)` gives up to n bytes, nothing at the end. Raises MalformedError for any other tar than `write_tarball`
    makes, VerificationError when an attachment is not what its name says.
    """

    def check(previous: TarMember | None, member: TarMember) -> None:
        found = _named(member)
        limit = LARGEST_SEALED_MESSAGE if found.sealed is None else min(attachment_limit, LARGEST_ATTACHMENT)
        if found.size > limit:
            raise MalformedError("too-large", size=found.size, limit=limit)
        _check_order(None if previous is None else _named(previous), found)

    empty = True
    for member, body in read_tar(read, most=MOST_MEMBERS, check=check):
        empty = False
        found = _named(member)
        yield found, body if found.sealed is None else _as_named(body, found.sealed)
    if empty:
        raise MalformedError("tar-order", name=MESSAGE_NAME)


def _named(member: TarMember) -> Member:
    found = _ATTACHMENT.fullmatch(member.name)
    if found is None and member.name != MESSAGE_NAME:
        raise MalformedError("tar-header")
    return Member(found[1] if found else None, member.size)


def _in_order(members: Iterable[tuple[Member, Iterable[bytes]]]) -> Iterator[tuple[TarMember, Iterable[bytes]]]:
    previous: Member | None = None
    for member, chunks in members:
        _check_order(previous, member)
        previous = member
        yield TarMember(member.name, member.size), chunks
    if previous is None:
        raise MalformedError("tar-order", name=MESSAGE_NAME)


def _check_order(previous: Member | None, member: Member) -> None:
    if (previous is None) != (member.sealed is None):
        raise MalformedError("tar-order", name=member.name)
    if previous is not None and previous.sealed is not None and (member.sealed or "") <= previous.sealed:
        raise MalformedError("tar-order", name=member.name)


def _as_named(body: Iterator[bytes], sealed: str) -> Iterator[bytes]:
    hasher = hashlib.sha256()
    for chunk in body:
        hasher.update(chunk)
        yield chunk
    if hasher.hexdigest() != sealed:
        raise VerificationError("attachment-differs", sealed=sealed)
