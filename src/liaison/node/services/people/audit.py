"""Who did what on this node, in which order, and has nobody taken a line away?

    note(node, "case-acknowledged", officer=7, subject="0192f0c1-…")     inside a unit of work
    check_trail(node)                                                    raises VerificationError at the first bad row

    with acting_for(participant): …                                      what is noted inside belongs to it
    with acting_by_token(3): …                                           what is noted inside was done by a program

    hash = SHA-256(`liaison.audit.v1\\0` ‖ previous ‖ canonical JSON of the rest of the line)

Invariants: a row is written in the transaction of what it tells, so that neither is there without the other; rows hold
codes and ids, never contents; a row that was changed or taken from the middle breaks every hash after it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime

from liaison.errors import VerificationError
from liaison.node.models import AuditRow
from liaison.node.node import Node
from liaison.node.unit_of_work import reading
from liaison.wire.canonical import JSON, encode
from liaison.wire.identifiers import format_instant

DOMAIN = b"liaison.audit.v1\0"
NOBODY_BEFORE = "0" * 64
SYSTEM = 0
_acting_for: ContextVar[str] = ContextVar("acting_for", default="")
_by_token: ContextVar[int] = ContextVar("by_token", default=0)


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One row of the trail."""

    number: int
    at: datetime
    participant: str
    officer: int
    action: str
    subject: str
    params: Mapping[str, JSON]
    previous: str
    hash: str = ""


@contextmanager
def acting_for(participant: str) -> Iterator[None]:
    """Lines noted inside belong to this participant: its administrators and auditors read them."""
    token = _acting_for.set(participant)
    try:
        yield
    finally:
        _acting_for.reset(token)


@contextmanager
def acting_by_token(token: int) -> Iterator[None]:
    """Lines noted inside name the token with which a program acts for the officer."""
    before = _by_token.set(token)
    try:
        yield
    finally:
        _by_token.reset(before)


def note(
    node: Node, action: str, *, officer: int = SYSTEM, subject: str = "", params: JSON = None, participant: str = ""
) -> None:
    """Append one line inside the present unit of work; by default for the participant of `acting_for`."""
    last = AuditRow.objects.select_for_update().order_by("-pk").first()
    line = AuditLine(
        number=0,
        at=node.clock.now().replace(microsecond=0),
        participant=participant or _acting_for.get(),
        officer=officer,
        action=action,
        subject=subject,
        params=(params if isinstance(params, dict) else {}) | _token(),
        previous=last.hash if last else NOBODY_BEFORE,
    )
    AuditRow.objects.create(
        at=line.at,
        participant=line.participant,
        officer=officer,
        action=action,
        subject=subject,
        params=line.params,
        previous=line.previous,
        hash=line_hash(line),
    )


def _token() -> dict[str, JSON]:
    token = _by_token.get()
    return {"token": token} if token else {}


def trail(node: Node, *, after: int = 0, limit: int = 1000) -> list[AuditLine]:
    """Rows in order, those behind number `after`."""
    with reading(node):
        rows = AuditRow.objects.filter(pk__gt=after).order_by("pk")[:limit]
        return [audit_line(row) for row in rows]


def check_trail(node: Node) -> int:
    """How many rows there are, if each follows from the one before. Raises VerificationError."""
    return check_lines(every_line(node))


def check_lines(lines: Iterable[AuditLine]) -> int:
    """How many lines there are, if each follows from the one before. Raises VerificationError at the first bad one.

    A line of another participant has no contents in an export (`action` is empty): its place in the chain is checked.
    """
    count, previous = 0, NOBODY_BEFORE
    for line in lines:
        if line.previous != previous or (line.action and line.hash != line_hash(line)):
            raise VerificationError("audit-broken", number=line.number)
        count, previous = count + 1, line.hash
    return count


def every_line(node: Node) -> Iterator[AuditLine]:
    """The whole trail, a thousand rows at a time."""
    after = 0
    while found := trail(node, after=after):
        yield from found
        after = found[-1].number


def audit_line(row: AuditRow) -> AuditLine:
    """The value of a row."""
    told = (row.participant, row.officer, row.action, row.subject, row.params)
    return AuditLine(row.pk, row.at, *told, row.previous, row.hash)


def line_hash(line: AuditLine) -> str:
    """What a line must carry as its hash, by all the rest of it."""
    told: JSON = {
        "action": line.action,
        "at": format_instant(line.at),
        "officer": line.officer,
        "params": dict(line.params),
        "participant": line.participant,
        "subject": line.subject,
    }
    return hashlib.sha256(DOMAIN + bytes.fromhex(line.previous) + encode(told)).hexdigest()
