"""Is this report in the register's log, and does it still stand? Asked with the parts, their salts, and the log alone.

    {"format":"liaison-report-parts","parts":[{"digest":"5c1f…","part":{…},"salt":"…"}],"register":"7a1b…","version":1}

    for judged in judge_parts(decode_parts(data), view):
        judged.standing                 in-force · superseded · withdrawn · suspect · forged

Invariants (docs/spec/conduct.md):
- forged is what the log does not name of this participant, instrument and year, and what does not fit its digest;
- suspect is what a key signed at or after the leaf from which its revocation puts it in doubt;
- a file tells as much as whoever made it may show: parts that are not in it are counted, never guessed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal, Protocol

import msgspec

from liaison.conduct.parts import Opened, check_part, open_part
from liaison.errors import MalformedError, VerificationError
from liaison.register.facts import KeyFact, ParticipantState, Reported
from liaison.register.records import Implementation, Record, decode_record, encode_record
from liaison.wire.canonical import decode, decode_struct, encode, encode_struct
from liaison.wire.identifiers import Hash
from liaison.wire.typed import read_json

PARTS_LIMIT = 4 * 1024 * 1024
MOST = 64


class Standing(StrEnum):
    """How a part of a report stands by the log."""

    IN_FORCE = "in-force"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    SUSPECT = "suspect"
    FORGED = "forged"


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    parts: Annotated[tuple[dict[str, object], ...], msgspec.Meta(min_length=1, max_length=MOST)]
    register: Hash
    format: Literal["liaison-report-parts"] = "liaison-report-parts"
    version: Literal[1] = 1


@dataclass(frozen=True, slots=True)
class PartsFile:
    """The parts of a report as bytes; what they are worth is asked of the log."""

    register: str
    parts: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """One part; `version` and `index` of the entry that names it, `content` where it is what it says it is.

    `digest` is the one the file claims for it.
    """

    digest: str
    standing: Standing
    audience: str
    content: Implementation | None
    version: int | None = None
    index: int | None = None
    absent: int = 0
    """So many parts the same entry names that are not in the file."""


class Log(Protocol):
    """The register as it was verified."""

    def participant(self, participant: str) -> ParticipantState | None:
        """A participant."""

    def key(self, fingerprint: str) -> KeyFact | None:
        """A key."""


def encode_parts(register: str, records: Iterable[Record]) -> bytes:
    """The file of these parts. Raises MalformedError for none."""
    parts = [read_json(encode_record(each), dict[str, object]) for each in records]
    data = encode_struct(_File(tuple(parts), register))
    decode_parts(data)
    return data


def decode_parts(data: bytes) -> PartsFile:
    """The parts in these canonical bytes, unjudged. Raises MalformedError."""
    if data.startswith(b'{"answers":'):
        raise MalformedError("report-without-salts")
    file = decode_struct(data, _File, limit=PARTS_LIMIT)
    return PartsFile(file.register, tuple(encode(part) for part in file.parts))  # type: ignore[arg-type]


def judge_parts(file: PartsFile, log: Log) -> tuple[Judged, ...]:
    """How each part stands. Raises MalformedError for one that is no part of a report at all."""
    found = [_record(part) for part in file.parts]
    held = frozenset(digest for digest, opened in found if opened is not None)
    return tuple(_judge(digest, opened, log, held) for digest, opened in found)


def _record(part: bytes) -> tuple[str, Opened | None]:
    """The part, with the digest it claims; None where it does not fit."""
    try:
        record = decode_record(part)
    except VerificationError:
        plain = decode(part, limit=PARTS_LIMIT)
        return str(plain["digest"]) if isinstance(plain, dict) else "", None
    return record.digest, open_part(record)


def _judge(digest: str, opened: Opened | None, log: Log, held: frozenset[str]) -> Judged:
    if opened is None:
        return Judged(digest, Standing.FORGED, "", None)
    record, content = opened.record, opened.content
    owner = log.participant(content.participant)
    made = owner.reports.get(f"{content.instrument}/{content.period}", ()) if owner is not None else ()
    naming = next((each for each in made if any(part.digest == digest for part in each.body.parts)), None)
    if naming is None:
        return Judged(digest, Standing.FORGED, record.audience, content)
    try:
        check_part(opened, participant=content.participant, body=naming.body)
    except VerificationError:
        return Judged(digest, Standing.FORGED, record.audience, content)
    absent = sum(1 for part in naming.body.parts if part.digest not in held)
    standing = _standing(naming, made, log)
    return Judged(digest, standing, record.audience, content, naming.body.version, naming.index, absent)


def _standing(naming: Reported, made: tuple[Reported, ...], log: Log) -> Standing:
    key = log.key(naming.signer)
    if key is None or (key.suspect_since is not None and key.suspect_since <= naming.index):
        return Standing.SUSPECT
    if naming is made[-1]:
        return Standing.IN_FORCE
    return Standing.WITHDRAWN if made[-1].body.withdrawn else Standing.SUPERSEDED
