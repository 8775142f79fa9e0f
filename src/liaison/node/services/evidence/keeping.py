"""How does a desk keep a custody record, and add the next line to it?

    row = own_item(seat.register, seat.desk, "9f86d081", lock=True)       inside a unit of work
    write_line(node, row, Event.OPENED, accepted=…)                       signed, and kept for good

Invariants: a line is signed and written in the unit of work of what it tells, under a lock on the item; a line that
would break the record is refused before it is written; lines of others come in only by `add_lines`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from liaison.cooperation.evidence.chain import Custody, require_whole
from liaison.cooperation.evidence.custody import Event, Line, SignedLine, decode_line, sign_line
from liaison.cooperation.evidence.manifest import decode_manifest
from liaison.cooperation.evidence.record import Record, make_record
from liaison.errors import UsageError
from liaison.keys.public import Purpose
from liaison.messages.message import Attachment
from liaison.messages.parties import DeskRef
from liaison.node.models import EvidenceItem, EvidenceLine
from liaison.node.node import Node
from liaison.node.reads.facts import register_facts
from liaison.node.reads.inside.rules import columns
from liaison.node.reads.memory import own_memory
from liaison.wire.identifiers import format_instant
from liaison.wire.typed import convert

HELD, DESTROYED = "held", "destroyed"


def own_item(register: str, desk: DeskRef, evidence: str, *, lock: bool = False) -> EvidenceItem:
    """The item with this identifier or its beginning, as this desk has it. Raises UsageError."""
    rows = EvidenceItem.objects.filter(**columns(register, desk), evidence__startswith=evidence.lower())
    found = list((rows.select_for_update() if lock else rows).order_by("pk")[:2])
    if len(found) != 1:
        raise UsageError("evidence-ambiguous" if found else "evidence-not-found", evidence=evidence[:64])
    return found[0]


def require_held(row: EvidenceItem) -> None:
    """Return while the desk still has the files. Raises UsageError."""
    if row.state != HELD:
        raise UsageError("evidence-destroyed", evidence=row.evidence[:16])


def desk_of(row: EvidenceItem) -> DeskRef:
    """Whose it is."""
    return DeskRef(row.participant, row.node, row.desk)


def files_of(row: EvidenceItem) -> tuple[Attachment, ...]:
    """The sealed files, in the order of the manifest."""
    return tuple(convert(each, Attachment) for each in row.attachments)


def record_of(row: EvidenceItem) -> Record:
    """The record as it stands here, inside a reading."""
    rows = list(row.lines.values_list("line_hash", "line", "stamp"))
    stamps = {name: bytes(stamp) for name, _, stamp in rows if stamp}
    return make_record(decode_manifest(bytes(row.manifest)), (decode_line(bytes(line)) for _, line, _ in rows), stamps)


def custody_of(row: EvidenceItem) -> Custody:
    """Who has it under which conditions, inside a reading."""
    return record_of(row).fold()


def write_line(node: Node, row: EvidenceItem, event: Event, **said: Any) -> SignedLine:
    """Sign the desk's next line, inside a unit of work that holds the item.

    Raises VerificationError where it would break the record, MalformedError for what it says.
    """
    desk, record = desk_of(row), record_of(row)
    first = record.lines[0].line
    holder = record.fold().holders.get(desk)
    mine = list(holder.lines) if holder is not None else []
    signed = sign_first(
        node,
        next_line(node, row.register, desk, mine, case=row.case, exercise=first.exercise, evidence=row.evidence)
        | {"event": event, **said},
    )
    require_whole(make_record(record.manifest, (*record.lines, signed), {}).fold())
    add_lines(row, [signed])
    return signed


def next_line(
    node: Node,
    register: str,
    desk: DeskRef,
    mine: Iterable[SignedLine],
    *,
    case: str,
    exercise: bool,
    evidence: str | None,
) -> dict[str, Any]:
    """What the next line of a desk says whatever it tells: where it stands in the desk's chain, and when."""
    lines, epoch = list(mine), own_memory(node).epoch()
    return {
        "register": register,
        "evidence": evidence,
        "case": case,
        "by": desk,
        "epoch": epoch,
        "n": sum(each.line.epoch == epoch for each in lines),
        "prev": lines[-1].line_hash if lines else None,
        "at": format_instant(node.clock.now()),
        "under": register_facts(node, register).checkpoint,
        "exercise": exercise,
    }


def sign_first(node: Node, says: dict[str, Any]) -> SignedLine:
    """Sign a line by the message key of the desk's node."""
    line = Line(**says)
    return sign_line(line, own_memory(node).signer(Purpose.MESSAGE, line.register, line.by.at))


def add_lines(row: EvidenceItem, lines: Iterable[SignedLine], *, stamps: dict[str, bytes] | None = None) -> None:
    """Keep lines that are not here yet, inside a unit of work; they were verified, or made here."""
    known, desk = set(row.lines.values_list("line_hash", flat=True)), desk_of(row)
    EvidenceLine.objects.bulk_create(
        EvidenceLine(
            item=row,
            line_hash=each.line_hash,
            line=each.bytes,
            own=each.line.by == desk,
            stamp=(stamps or {}).get(each.line_hash, b""),
        )
        for each in lines
        if each.line_hash not in known
    )
