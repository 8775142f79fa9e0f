"""How is evidence handed to somebody who has no node, such as an expert of a court? One tar that is checked offline.

    record.json          manifest, custody lines, stamps (`record`)
    register.json        the log up to the exporter's checkpoint, by which the lines are judged
    files/<sha256>       each file as it was collected, named by the hash in the manifest, sorted

Invariants (docs/spec/evidence.md):
- a tar as `wire.tar` writes it, with exactly these members in this order; both JSON files are there, files may be
  missing, and whoever reads says whether that matters;
- a file is handed out whatever its bytes are, because finding where they differ is the reader's business;
- nothing is unpacked by name, and only the two JSON files are ever whole in memory.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from liaison.cooperation.evidence.manifest import MOST_FILES
from liaison.cooperation.evidence.record import LARGEST_RECORD, Record, decode_record, encode_record
from liaison.errors import MalformedError
from liaison.messages.transcript.pack import LARGEST_TRANSCRIPT, LogCopy, decode_log, encode_log
from liaison.wire.tar import LARGEST_MEMBER, Read, TarMember, read_tar, write_tar

RECORD, REGISTER = "record.json", "register.json"
_FILE = re.compile(r"files/([0-9a-f]{64})")
_LIMITS = {RECORD: LARGEST_RECORD, REGISTER: LARGEST_TRANSCRIPT}


@dataclass(frozen=True, slots=True)
class Container:
    """What was read; take the files one after the other, each to its end, while the file they come from is open."""

    record: Record
    log: LogCopy
    files: Iterator[tuple[str, Iterator[bytes]]]


def write_container(record: Record, log: LogCopy, files: Iterable[tuple[str, int, Iterable[bytes]]]) -> Iterator[bytes]:
    """The bytes of the tar; `files` are hash, size and bytes of each. Raises MalformedError."""
    parts = [(RECORD, encode_record(record)), (REGISTER, encode_log(log))]
    members: list[tuple[TarMember, Iterable[bytes]]] = [(TarMember(name, len(data)), [data]) for name, data in parts]
    found = {sha256: (TarMember(f"files/{sha256}", size), chunks) for sha256, size, chunks in files}
    return write_tar([*members, *(found[sha256] for sha256 in sorted(found))])


def read_container(read: Read) -> Container:
    """The container in a file; `read(n)` gives up to n bytes, nothing at the end.

    Raises MalformedError for another tar, record or log; reading the files raises it for what follows.
    """
    members = read_tar(read, most=MOST_FILES + len(_LIMITS), check=_check)
    record, log = (_whole(members, name) for name in (RECORD, REGISTER))
    opened = decode_record(record)
    return Container(opened, decode_log(log), _files(members, {each.sha256 for each in opened.manifest.files}))


def _whole(members: Iterator[tuple[TarMember, Iterator[bytes]]], name: str) -> bytes:
    found = next(members, None)
    if found is None:
        raise MalformedError("evidence-member", name=name)
    return b"".join(found[1])


def _files(
    members: Iterator[tuple[TarMember, Iterator[bytes]]], known: Collection[str]
) -> Iterator[tuple[str, Iterator[bytes]]]:
    for member, chunks in members:
        sha256 = member.name.removeprefix("files/")
        if sha256 not in known:
            raise MalformedError("evidence-member", name=member.name[:80])
        yield sha256, chunks


def _check(previous: TarMember | None, member: TarMember) -> None:
    """The two JSON files first, then the files by hash."""
    place = {None: RECORD, RECORD: REGISTER}
    before = None if previous is None else previous.name
    in_order = member.name == place[before] if before in place else _is_later_file(before or "", member.name)
    if not in_order:
        raise MalformedError("evidence-member", name=member.name[:80])
    limit = _LIMITS.get(member.name, LARGEST_MEMBER)
    if member.size > limit:
        raise MalformedError("too-large", size=member.size, limit=limit)


def _is_later_file(before: str, name: str) -> bool:
    return _FILE.fullmatch(name) is not None and (before == REGISTER or before < name)
