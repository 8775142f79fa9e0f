"""Who did what on this node, in which order, and has nobody taken a line away?

    note(node, "case-acknowledged", officer=7, subject="0192f0c1-…")     inside a unit of work
    check_trail(node)                                                    raises VerificationError at the first bad row

    hash = SHA-256(`liaison.audit.v1\\0` ‖ previous ‖ canonical JSON of {at, officer, action, subject, params})

Invariants: a row is written in the transaction of what it tells, so that neither is there without the other; rows hold
codes and ids, never contents; a row that was changed or taken from the middle breaks every hash after it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
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


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One row of the trail."""

    number: int
    at: datetime
    officer: int
    action: str
    subject: str
    params: Mapping[str, JSON]
    previous: str
    hash: str = ""


def note(node: Node, action: str, *, officer: int = SYSTEM, subject: str = "", params: JSON = None) -> None:
    """Append one line inside the present unit of work."""
    last = AuditRow.objects.select_for_update().order_by("-pk").first()
    line = AuditLine(
        number=0,
        at=node.clock.now().replace(microsecond=0),
        officer=officer,
        action=action,
        subject=subject,
        params=params if isinstance(params, dict) else {},
        previous=last.hash if last else NOBODY_BEFORE,
    )
    AuditRow.objects.create(
        at=line.at,
        officer=officer,
        action=action,
        subject=subject,
        params=line.params,
        previous=line.previous,
        hash=line_hash(line),
    )


def trail(node: Node, *, after: int = 0, limit: int = 1000) -> list[AuditLine]:
    """Rows in order, those behind number `after`."""
    with reading(node):
        rows = AuditRow.objects.filter(pk__gt=after).order_by("pk")[:limit]
        return [_line(row) for row in rows]


def check_trail(node: Node) -> int:
    """How many rows there are, if each follows from the one before. Raises VerificationError."""
    count, previous = 0, NOBODY_BEFORE
    for line in _every(node):
        if line.previous != previous or line.hash != line_hash(line):
            raise VerificationError("audit-broken", number=line.number)
        count, previous = count + 1, line.hash
    return count


def _every(node: Node) -> Iterator[AuditLine]:
    after = 0
    while found := trail(node, after=after):
        yield from found
        after = found[-1].number


def _line(row: AuditRow) -> AuditLine:
    return AuditLine(row.pk, row.at, row.officer, row.action, row.subject, row.params, row.previous, row.hash)


def line_hash(line: AuditLine) -> str:
    """What a line must carry as its hash, by all the rest of it."""
    told: JSON = {
        "action": line.action,
        "at": format_instant(line.at),
        "officer": line.officer,
        "params": dict(line.params),
        "subject": line.subject,
    }
    return hashlib.sha256(DOMAIN + bytes.fromhex(line.previous) + encode(told)).hexdigest()
