"""Which reports does a desk's own ticket system still have to get, as files in a spool or as mail?

    [[tickets]]                          hand_reports(node, open_spool)      every minute, as a job
    desk = "duty"                        spool/reports/01a2….csv  01a2….json
    spool = "/var/spool/liaison/duty"    Subject: [LX-7Q2MZ4KD6A3WPT5H] blocklist: 2 rows
    mailbox = "abuse@rt.example"

Invariants (docs/spec/spool.md):
- a report is handed over when all of its files are here, and noted as handed over after the last file or mail of it; a
  killed process does it again, under the same names and Message-IDs;
- rows go over with their numbers and every column; the side file and the mail name the report, the sender and the
  sender's reference; an exercise says so in the name of every file and in every subject;
- what cannot be handed over keeps back nothing else, and is tried again at the next round.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import msgspec

from liaison.errors import LiaisonError, NotNowError, UnreachableError, UsageError
from liaison.exchange.reports.reading import decode_report_file
from liaison.exchange.reports.rows import Row, row_of
from liaison.exchange.reports.writing import media_type, suffix, write_rows
from liaison.exchange.values import Publisher
from liaison.exchange.values import Report as About
from liaison.exchange.xarf.mail import write_report_mail
from liaison.messages.mail.writing import Envelope, MailFile, message_id_of
from liaison.messages.parties import DeskRef
from liaison.node.config import Tickets
from liaison.node.models import OwnDesk, TrackedReport
from liaison.node.models.reports import RECEIVED
from liaison.node.node import Node
from liaison.node.reads.desk.listing import of_desk
from liaison.node.reads.facts import register_facts
from liaison.node.reads.reports.listing import ReportRead, report_of
from liaison.node.reads.reports.rows import files_of
from liaison.node.services.line.attachments import open_attachment
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.register.vocabulary import ReportFormat
from liaison.wire.identifiers import format_instant

log = logging.getLogger("liaison.tickets")

AT_ONCE = 20
LOOKED_AT = 1000
"""Those whose files are still on their way are passed over."""
ROWS_A_FILE = 1000
ENLARGED = 2
"""What is sent as base64 needs a third more, and some for what is around it."""


class Spool(Protocol):
    """A folder between this node and a ticket system (`adapters.reports.spool_folder`)."""

    def put(self, name: str, data: bytes) -> None:
        """Put a report there, whole and durable."""

    def answers(self) -> list[str]:
        """The names of files of answers that wait."""
        ...

    def read(self, name: str, *, limit: int) -> bytes:
        """A file of answers. Raises MalformedError for a larger one."""
        ...

    def settle(self, name: str, reason: str = "") -> None:
        """Move a file of answers to `done`, or to `failed` with the reason."""


OpenSpool = Callable[[Path], Spool]


@dataclass(frozen=True, slots=True)
class _File:
    """Rows of a report as a file."""

    name: str
    media_type: str
    data: bytes
    rows: int


def own_desk_of(node: Node, tickets: Tickets) -> DeskRef:
    """The desk that an entry of the configuration names. Raises UsageError where none or several are called so."""
    with reading(node):
        rows = list(OwnDesk.objects.order_by("pk").values_list("participant", "node", "desk"))
    named = [each for each in (DeskRef(*row) for row in dict.fromkeys(rows)) if tickets.desk in (each.desk, str(each))]
    if len(named) != 1:
        raise UsageError("tickets-desk", desk=tickets.desk[:120], count=len(named))
    return named[0]


def hand_reports(node: Node, open_spool: OpenSpool) -> int:
    """Hand over what is there for each ticket system; how many reports went to one. Raises NotNowError."""
    return sum(_hand_to(node, each, open_spool) for each in node.config.tickets)


def _hand_to(node: Node, tickets: Tickets, open_spool: OpenSpool) -> int:
    done = 0
    try:
        desk = own_desk_of(node, tickets)
        ways: list[tuple[str, Callable[[ReportRead, list[_File]], None]]] = []
        if tickets.spool:
            spool = open_spool(Path(tickets.spool))
            ways.append(("spooled_at", lambda report, files: _spool(node, spool, report, files)))
        if tickets.mailbox and (node.mail is None or not node.config.mail.address):
            raise UsageError("mail-not-configured")
        if tickets.mailbox:
            ways.append(("mailed_at", lambda report, files: _mail(node, tickets.mailbox, report, files)))
        for column, hand in ways:
            waiting = _waiting(node, desk, column)
            handed = (each for each in waiting if _hand(node, each, column, hand, ReportFormat(tickets.form)))
            done += sum(1 for _ in islice(handed, AT_ONCE))
    except NotNowError:
        raise
    except LiaisonError as error:
        log.warning("tickets of %s: %s", tickets.desk, error.code)
    return done


def _waiting(node: Node, desk: DeskRef, column: str) -> list[ReportRead]:
    with reading(node):
        rows = TrackedReport.objects.filter(**of_desk(desk), **{f"{column}__isnull": True}, side=RECEIVED)
        return [report_of(row) for row in rows.order_by("pk")[:LOOKED_AT]]


def _hand(node: Node, report: ReportRead, column: str, hand: Callable[..., None], form: ReportFormat) -> bool:
    attached = files_of(node, report)
    if any(state != "held" for _, state in attached):
        return False  # It is on its way; an officer fetches what is large.
    try:
        files = list(_files(node, report, form))
        hand(report, files)
    except (NotNowError, UnreachableError):
        raise
    except LiaisonError as error:
        # No report that a program could read, or too large a mail: people have it on the page of the desk.
        log.warning("report %s is not handed over: %s", report.message_id, error.code)
    with unit_of_work(node):
        TrackedReport.objects.filter(pk=report.key).update(**{column: node.clock.now()})
    return True


def _files(node: Node, report: ReportRead, form: ReportFormat) -> Iterator[_File]:
    """The rows of the report in the form that the ticket system reads. Raises MalformedError."""
    number = 0
    for attachment, _ in files_of(node, report):
        sheet = decode_report_file(b"".join(open_attachment(node, attachment)))
        rows = [row_of(at, sheet.cells(at)) for at in sorted(sheet.lines)]
        for start in range(0, len(rows), ROWS_A_FILE):
            for name, each, data in _written(node, report, form, rows[start : start + ROWS_A_FILE]):
                number += 1
                yield _File(f"{number}{suffix(name)}", media_type(name), data, each)


def _written(
    node: Node, report: ReportRead, form: ReportFormat, rows: list[Row]
) -> Iterator[tuple[ReportFormat, int, bytes]]:
    about = _about(node, report, rows[0].number)
    written = write_rows(form, about, rows)
    left = [rows[place] for place in written.left_out]
    if written.data:
        yield form, len(rows) - len(left), written.data
    if left:
        yield ReportFormat.CSV, len(left), write_rows(ReportFormat.CSV, about, left).data


def _about(node: Node, report: ReportRead, first: int) -> About:
    state = register_facts(node, report.register).participant(report.other.participant)
    name = state.labels.name if state is not None else report.other.participant[:16]
    at = format_instant(report.at.replace(microsecond=0))
    return About(
        key=f"{report.message_id}/{first}",
        title=report.feed,
        incident_type=report.incident_type or "other:undetermined",
        tlp="amber",
        exercise=report.exercise,
        composed=at,
        changed=at,
        publisher=Publisher(f"{name} / {report.other.desk}", node.config.mail.address or "reports@unknown.invalid"),
    )


def _spool(node: Node, spool: Spool, report: ReportRead, files: list[_File]) -> None:
    """The files, and last the side file that names them: a program that waits for it finds them all."""
    stem = f"{'EXERCISE-' if report.exercise else ''}{report.message_id}"
    for file in files:
        spool.put(f"{stem}-{file.name}", file.data)
    told = _told(node, report) | {"files": [f"{stem}-{file.name}" for file in files]}
    spool.put(f"{stem}.json", msgspec.json.format(msgspec.json.encode(told), indent=2) + b"\n")


def _told(node: Node, report: ReportRead) -> dict[str, Any]:
    return {
        "report": report.message_id,
        "reference": report.reference,
        "from": _about(node, report, 1).publisher.name,
        "feed": report.feed,
        "incident_type": report.incident_type,
        "rows": report.rows,
        "received": format_instant(report.at.replace(microsecond=0)),
        "exercise": report.exercise,
    }


def _mail(node: Node, mailbox: str, report: ReportRead, files: list[_File]) -> None:
    """One mail a file, the later ones in the thread of the first. Raises UnreachableError, UsageError."""
    if node.mail is None:
        return
    for number, file in enumerate(files):
        if len(file.data) * ENLARGED > node.config.mail.largest:
            raise UsageError("mail-too-large", size=len(file.data) * ENLARGED, limit=node.config.mail.largest)
        node.mail.send(
            node.config.mail.address, mailbox, write_ticket_mail(node, mailbox, report, file, (number, len(files)))
        )


def write_ticket_mail(node: Node, mailbox: str, report: ReportRead, file: _File, place: tuple[int, int]) -> bytes:
    """The mail about one file of a report, the same whenever it is written."""
    number, count = place
    told, address = _told(node, report), node.config.mail.address
    token = report.token
    first = message_id_of(token, address)
    part = f" ({number + 1}/{count})" if count > 1 else ""
    subject = f"{'EXERCISE ' if report.exercise else ''}[{token}] {report.feed}: {report.rows} rows{part}"
    envelope = Envelope(
        sender=address,
        recipient=mailbox,
        token=token if number == 0 else f"{token}.{number + 1}",
        at=report.at,
        subject=subject,
        in_reply_to="" if number == 0 else first,
        references=() if number == 0 else (first,),
    )
    lines = [*(f"{name}: {value}" for name, value in told.items()), f"rows in this mail: {file.rows}", "", *LINES]
    attached = MailFile(f"report-{file.name}", file.media_type, file.data)
    return write_report_mail(envelope, "\n".join(lines) + "\n", [attached])


LINES = (
    "This report is information from one contact centre to another. It is not a legal order and obliges nobody to act.",
    "Keep the mark in the subject. The rows have numbers; answer them on the page of your desk in Liaison.",
)
