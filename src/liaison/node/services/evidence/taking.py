"""How does evidence that was handed over come into custody here, and what others did with it into the record?

    take_evidence(node)               a job of the worker: every message whose record has come

    waiting ── its record is here and holds ──► taken      an item, or lines added to one, and our signed line
            ╰─ it does not ───────────────────► refused    with the reason; nothing of it was kept

Invariants (docs/spec/evidence.md): nothing of a record counts before every line was verified by this node's own copy of
the register; the conditions signed in the hand-over are those that the message shows, and its files those of the
manifest, else all of it is refused; taking in twice changes nothing.
"""

from __future__ import annotations

from typing import Any

import msgspec

from liaison.cooperation.evidence.conditions import conditions_of
from liaison.cooperation.evidence.custody import Event, SignedLine
from liaison.cooperation.evidence.manifest import Manifest
from liaison.cooperation.evidence.record import LARGEST_RECORD, Record, decode_record, merge_records
from liaison.cooperation.evidence.verify import verify_record
from liaison.errors import LiaisonError, NotNowError, VerificationError
from liaison.messages.message import Attachment, ReceivedMessage, open_message
from liaison.messages.parties import DeskRef
from liaison.messages.transcript import FindingCode
from liaison.node.models import EvidenceItem, EvidenceMessage
from liaison.node.node import Node
from liaison.node.reads.inside.rules import columns
from liaison.node.reads.judging import own_mirror
from liaison.node.services.evidence.arriving import HAND_OVER, RECORD_NAME
from liaison.node.services.evidence.keeping import HELD, add_lines, record_of, write_line
from liaison.node.services.line.attachments import hold_blobs, open_attachment
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.wire.canonical import encode_struct
from liaison.wire.identifiers import parse_instant

AT_ONCE = 100


def take_evidence(node: Node) -> int:
    """Take in every record that has come; how many messages were settled."""
    with reading(node):
        here = EvidenceMessage.objects.filter(
            state="waiting", incoming__attachments__position=0, incoming__attachments__state="held"
        )
        keys = list(here.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    return sum(_settle(node, key) for key in keys)


def _settle(node: Node, key: int) -> bool:
    """One message: taken, refused for good, or left until this node's copy of the register is far enough."""
    try:
        with unit_of_work(node):
            row = EvidenceMessage.objects.select_for_update(of=("self",)).select_related("incoming").get(pk=key)
            if row.state == "waiting":
                _take(node, row.incoming)
                EvidenceMessage.objects.filter(pk=key).update(state="taken")
    except NotNowError:
        return False
    except LiaisonError as error:
        with unit_of_work(node):
            refused = EvidenceMessage.objects.filter(pk=key, state="waiting")
            refused.update(state="refused", reason=error.code[:64])
    return True


def _take(node: Node, incoming: Any) -> None:
    """Inside a unit of work. Raises VerificationError, MalformedError; NotNowError where a later look may do."""
    message = open_message(bytes(incoming.plaintext))
    desk = DeskRef(incoming.participant, incoming.node, incoming.desk)
    record = _verified(node, message)
    custody = record.fold()
    if message.fields.get("evidence") != custody.evidence:
        raise VerificationError("evidence-of-another")
    place = columns(message.core.register, desk)
    row = EvidenceItem.objects.select_for_update().filter(**place, evidence=custody.evidence).first()
    given = _given(message, record, desk) if message.core.form == HAND_OVER else None
    if given is None and row is None:
        raise VerificationError("evidence-unknown")
    if row is None:
        row = EvidenceItem(**place, evidence=custody.evidence, manifest=encode_struct(record.manifest))
    if given is not None:
        _bind(node, row, message, given)
    merged = record if row.pk is None else merge_records(record_of(row), record)
    if row.pk is None:
        row.save()
    add_lines(row, merged.lines, stamps=dict(merged.stamps))
    if given is not None and not _is_taken(merged, given):
        write_line(node, row, Event.TAKEN, takes=given.line_hash)


def _verified(node: Node, message: ReceivedMessage) -> Record:
    """The record in the first file, every line of it judged by this node's copy of the register."""
    first = message.core.attachments[0]
    if first.name != RECORD_NAME or first.size > LARGEST_RECORD:
        raise VerificationError("evidence-record-missing")
    record = decode_record(b"".join(open_attachment(node, first)))
    report = verify_record(record, own_mirror(node, message.core.register))
    against = next((each for each in report.findings if each.fatal), None)
    if against is not None and against.code == FindingCode.LOG_TOO_SHORT:
        raise NotNowError("evidence-mirror-behind")
    if against is not None:
        raise VerificationError("custody-broken", fault=against.code)
    if report.register != message.core.register or report.exercise != message.core.exercise:
        raise VerificationError("evidence-of-another")
    return record


def _given(message: ReceivedMessage, record: Record, desk: DeskRef) -> SignedLine:
    """The line of this hand-over; what it binds to is what the message shows. Raises VerificationError."""
    conditions = conditions_of(message.fields)
    found = [
        each
        for each in record.fold().order
        if each.line.event is Event.HANDED_OVER and each.line.by == message.core.sender and each.line.to == desk
    ]
    if not found or found[-1].line.conditions != conditions:
        raise VerificationError("evidence-conditions-differ")
    if _told(message.core.attachments[1:]) != _collected(record.manifest):
        raise VerificationError("evidence-files-differ")
    return found[-1]


def _told(files: tuple[Attachment, ...]) -> list[tuple[str, int, str]]:
    return [(each.name, each.size, each.plain) for each in files]


def _collected(manifest: Manifest) -> list[tuple[str, int, str]]:
    return [(each.name, each.size, each.sha256) for each in manifest.files]


def _bind(node: Node, row: EvidenceItem, message: ReceivedMessage, given: SignedLine) -> None:
    """The item comes from this hand-over now; what came back to the desk that collected it stays its own."""
    hold_blobs()
    files = [msgspec.to_builtins(each) for each in message.core.attachments[1:]]
    if row.pk is not None and not row.given_in:
        row.state = HELD
        row.attachments = files if row.attachments == [] else row.attachments
        row.save(update_fields=["state", "attachments"])
        return
    ends_by = given.line.conditions.ends_by if given.line.conditions is not None else None
    row.case, row.state, row.attachments = message.core.case, HELD, files
    row.given_in, row.given_core = message.core.id, message.core_hash
    row.ends_by, row.reminded_at = (parse_instant(ends_by) if ends_by is not None else None), None
    row.added_at = node.clock.now()
    if row.pk is not None:
        row.save()


def _is_taken(record: Record, given: SignedLine) -> bool:
    return any(each.line.takes == given.line_hash for each in record.lines)
