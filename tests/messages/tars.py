"""A file-way tar that is whole in memory, as the tests write and read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO

from liaison.messages.tarball import Member, read_tarball, write_tarball


@dataclass(frozen=True, slots=True)
class SealedFile:
    """The sealed message and the sealed attachments by hash."""

    message: bytes
    attachments: Mapping[str, bytes]


def format_tarball(sealed: SealedFile) -> bytes:
    members = [(None, sealed.message), *sorted(sealed.attachments.items())]
    return b"".join(write_tarball((Member(name, len(data)), [data]) for name, data in members))


def parse_tarball(data: bytes, *, attachment_limit: int = 10 * 1024**2) -> SealedFile:
    message, attachments = b"", {}
    for member, chunks in read_tarball(BytesIO(data).read, attachment_limit=attachment_limit):
        if member.sealed is None:
            message = b"".join(chunks)
        else:
            attachments[member.sealed] = b"".join(chunks)
    return SealedFile(message, attachments)
