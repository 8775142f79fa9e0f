"""How does a desk give back or destroy what it was given, and who reminds it?

    destroy_evidence(node, seat, "9f86d081", Destruction("erased"), by=7)
    remind(node)                                   a job of the worker: who is on duty is told what is due

Invariants (docs/spec/evidence.md):
- the signed line, the end of the files and the record that goes back to the giving side are one transaction; the sealed
  bytes go after it, and a process that dies in between leaves them to the sweep;
- what somebody who was given it has not fetched yet is not destroyed;
- a date never passes unseen: told before it, on it, and every week after it until it is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from liaison.cooperation.evidence.custody import Event, SignedLine
from liaison.cooperation.evidence.endings import is_reminded
from liaison.errors import UsageError
from liaison.messages.forms.codes import code_list
from liaison.messages.message import open_message
from liaison.messages.parties import DeskRef
from liaison.messages.receipts import decode_receipt
from liaison.node.models import AttachmentRow, EvidenceItem, OutgoingCopy
from liaison.node.node import Node
from liaison.node.reads.inside.rules import columns
from liaison.node.services.escalation.keeping import fresh_code
from liaison.node.services.escalation.queueing import queue, ways_to_desk
from liaison.node.services.evidence.arriving import DESTRUCTION
from liaison.node.services.evidence.keeping import (
    DESTROYED,
    HELD,
    custody_of,
    desk_of,
    files_of,
    own_item,
    require_held,
    write_line,
)
from liaison.node.services.evidence.leaving import evidence_letter
from liaison.node.services.inside.clearance import Asking, Gone, send_or_ask
from liaison.node.services.line.attachments import GONE, hold_blobs, named_blobs
from liaison.node.services.people.audit import note
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import after_commit, reading, unit_of_work
from liaison.officers.permissions import Action, require
from liaison.wire.canonical import JSON

PURPOSE = "evidence"


@dataclass(frozen=True, slots=True)
class Destruction:
    """How it was destroyed (a code of `destruction-means`), and what there is to say about it."""

    means: str
    remark: JSON = None


def destroy_evidence(node: Node, seat: Seat, evidence: str, how: Destruction, *, by: int, leased: bool = False) -> Gone:
    """Destroy the files here and send the signed record to whoever gave them; nothing is sent of the desk's own.

    Where the desk's rules want a second person for such a message, only the message waits.

    Raises UsageError while somebody who was given them has still to fetch them, and what `send_letter` raises.
    """
    require(Action.WRITE, seat.roles)
    if how.means not in code_list("destruction-means"):
        raise UsageError("evidence-means", means=how.means[:32])
    with unit_of_work(node):
        row = own_item(seat.register, seat.desk, evidence, lock=True)
        require_held(row)
        _require_fetched(row)
        line = write_line(node, row, Event.DESTROYED, means=how.means)
        gone = _tell_giver(node, row, how, line, by, leased=leased)
        _drop(node, row)
        told: JSON = {"desk": row.desk, "evidence": row.evidence, "means": how.means}
        note(node, "evidence-destroyed", officer=by, subject=row.case, params=told, participant=row.participant)
    return gone


def _require_fetched(row: EvidenceItem) -> None:
    """Every desk that was sent these files has receipted them."""
    files = {each.sealed for each in files_of(row)}
    place = {f"message__{name}": value for name, value in columns(row.register, desk_of(row)).items()}
    copies = OutgoingCopy.objects.filter(**place, message__attachments__sealed__in=files).distinct()
    for copy in copies.exclude(state__in=("rejected", "stopped")):
        last = copy.receipts.order_by("-n").first()
        durable = set() if last is None else set(decode_receipt(bytes(last.receipt)).receipt.attachments)
        if not _sent(copy) & files <= durable:
            raise UsageError("evidence-not-fetched", evidence=row.evidence[:16])


def _sent(copy: OutgoingCopy) -> set[str]:
    return {each.sealed for each in open_message(bytes(copy.plaintext)).core.attachments} if copy.plaintext else set()


def _tell_giver(node: Node, row: EvidenceItem, how: Destruction, line: SignedLine, by: int, *, leased: bool) -> Gone:
    given = custody_of(row).holders[desk_of(row)].given
    if given is None:
        return Gone()
    fields: dict[str, JSON] = {"evidence": row.evidence, "means": how.means, "destroyed_at": line.line.at}
    if how.remark is not None:
        fields["remark"] = how.remark
    letter = evidence_letter(
        row, DESTRUCTION, fields, to=given.line.by, case=row.case, re=row.given_core, written_by=by
    )
    return send_or_ask(node, letter, Asking(officer=by, leased=leased))


def _drop(node: Node, row: EvidenceItem) -> None:
    """Forget the sealed files; what another desk, draft or message still names stays for it."""
    files = {each.sealed for each in files_of(row)}
    hold_blobs(sweeping=True)
    for side in ("incoming", "outgoing"):
        place = {f"{side}__{name}": value for name, value in columns(row.register, desk_of(row)).items()}
        AttachmentRow.objects.filter(**place, sealed__in=files).update(state=GONE)
    EvidenceItem.objects.filter(pk=row.pk).update(state=DESTROYED, attachments=[], ends_by=None)
    for sealed in sorted(files - named_blobs(files)):
        after_commit(lambda sealed=sealed: node.blobs.remove(sealed))  # type: ignore[misc]


def remind(node: Node) -> int:
    """Tell who is on duty of items whose date comes or has passed, a desk once however many they are; how many."""
    now, told = node.clock.now(), set[tuple[str, DeskRef, bool]]()
    with reading(node):
        rows = EvidenceItem.objects.filter(state=HELD, ends_by__isnull=False)
        due = [row.pk for row in rows.order_by("ends_by") if is_reminded(row.ends_by, row.reminded_at, now)]
    for key in due:
        with unit_of_work(node):
            row = EvidenceItem.objects.select_for_update().get(pk=key)
            if row.state == HELD and row.ends_by is not None and is_reminded(row.ends_by, row.reminded_at, now):
                EvidenceItem.objects.filter(pk=row.pk).update(reminded_at=now)
                desk, exercise = desk_of(row), custody_of(row).order[0].line.exercise
                if (row.register, desk, exercise) not in told:
                    _tell_duty(node, row.register, desk, now, exercise=exercise)
                told.add((row.register, desk, exercise))
    return len(due)


def _tell_duty(node: Node, register: str, desk: DeskRef, now: datetime, *, exercise: bool) -> None:
    ways = ways_to_desk(node, register, desk, "routine", now)
    queue(ways, now, purpose=PURPOSE, code=fresh_code(node), urgency="routine", exercise=exercise)
