"""When may the next report go to a desk that wants one only so often, and how does a held one leave?

    due = due_at(register, recipient, wishes, now)        None: it may go now
    send_due(node)                                        the job that lets held reports leave

    03:00 sent   09:00 held, due 03:00 next day   15:00 held, due with the other   03:00 both leave

Invariants (docs/spec/reports.md):
- within one interval a desk gets reports at one moment only; what comes meanwhile is held and leaves with the next;
- a held report is noted as sent at the moment it is due, in the transaction that holds it, so that its rows are
  counted, not held again; its files are sealed and its letter complete, so that nothing of the feed is needed later;
- a report that cannot leave stays held with the code of why, and is tried again at the next round of the job.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from django.db.models import Max

from liaison.errors import LiaisonError, NotNowError, UsageError
from liaison.messages.parties import DeskRef
from liaison.node.models import FollowedRegister, HeldReport, SentReport
from liaison.node.node import Node
from liaison.node.services.inside.clearance import keep_letter, kept_letter
from liaison.node.services.line.attachments import hold_blobs
from liaison.node.services.line.sending import Letter, send_letter
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.register.records import ReportWishes

log = logging.getLogger("liaison.reports")

AT_ONCE = 200


def due_at(register: str, desk: DeskRef, wishes: ReportWishes | None, now: datetime) -> datetime | None:
    """Inside a unit of work, before the report is noted: when it may leave, None for now."""
    if wishes is None or not wishes.every:
        return None
    FollowedRegister.objects.select_for_update().get(register=register)  # One process at a time looks and notes.
    place = {"register": register, "participant": desk.participant, "node": desk.node, "desk": desk.desk}
    found = SentReport.objects.filter(**place).aggregate(last=Max("sent_at"))["last"]
    if found is None:
        return None
    due: datetime = found if found > now else found + timedelta(minutes=wishes.every)
    return due if due > now else None


def hold(node: Node, sent: SentReport, letters: Sequence[tuple[Letter, int]], due: datetime) -> None:
    """Inside a unit of work: keep letters, each with its number of rows, until they are due. Raises UsageError."""
    hold_blobs()
    for letter, rows in letters:
        for attachment in letter.attachments:
            if not node.blobs.has(attachment.sealed):
                raise UsageError("attachment-not-here", digest=attachment.sealed)
        (to,) = letter.to
        HeldReport.objects.create(
            register=letter.register,
            participant=letter.sender.participant,
            node=letter.sender.node,
            desk=letter.sender.desk,
            to_participant=to.participant,
            to_node=to.node,
            to_desk=to.desk,
            sent=sent,
            letter=keep_letter(letter),
            attachments=[msgspec.to_builtins(each) for each in letter.attachments],
            rows=rows,
            due=due,
        )


def send_due(node: Node) -> int:
    """Let the held reports leave whose time has come; how many did. Raises NotNowError."""
    with reading(node):
        due = HeldReport.objects.filter(due__lte=node.clock.now()).order_by("due", "pk")
        keys = list(due.values_list("pk", flat=True)[:AT_ONCE])
    return sum(_send_one(node, key) for key in keys)


def _send_one(node: Node, key: int) -> bool:
    try:
        with unit_of_work(node):
            row = HeldReport.objects.select_for_update().select_related("sent").filter(pk=key).first()
            if row is None:
                return False
            (sent,) = send_letter(node, kept_letter(bytes(row.letter)))
            told = {"message_id": sent.message_id, "case": sent.case, "sent_at": node.clock.now()}
            SentReport.objects.filter(pk=row.sent_id).update(**told)
            row.delete()
    except NotNowError:
        raise
    except LiaisonError as error:
        log.warning("a held report did not leave: %s", error.code)
        with unit_of_work(node):
            HeldReport.objects.filter(pk=key).update(trouble=error.code[:64])
        return False
    return True
