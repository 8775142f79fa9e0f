"""What do the rows of one report say, and what was said of each?

    shown = report_rows(node, report, page=3)        fifty rows of the sealed files, with their answers
    for line in every_answer(node, report): …        all of it as a table, for a file

Invariants: the rows are read from the sealed files of the message each time and kept nowhere else; a file that is not
here yet, or does not hold what the message names, is told, and the others are shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from liaison.errors import LiaisonError
from liaison.exchange.reports.reading import decode_report_file
from liaison.messages.forms.row_answers import SaidOfRow
from liaison.messages.message import Attachment, open_message
from liaison.node.models import AttachmentRow, IncomingCopy, OutgoingCopy, RowAnswers
from liaison.node.models.line import READABLE
from liaison.node.models.reports import SENT
from liaison.node.node import Node
from liaison.node.reads.desk.listing import of_desk
from liaison.node.reads.reports.listing import ReportRead
from liaison.node.services.feeds.tracking import BLOCK, read_runs
from liaison.node.services.line.attachments import open_attachment
from liaison.node.unit_of_work import reading
from liaison.routing.feeds.numbering import Sheet

PAGE = 50
_RANGE = re.compile(r"\.([0-9]{1,8})-([0-9]{1,8})\.")


@dataclass(frozen=True, slots=True)
class RowRead:
    """One row: its cells in the order of the page's names, and what was said of it."""

    number: int
    cells: tuple[str, ...]
    said: SaidOfRow | None


@dataclass(frozen=True, slots=True)
class RowsRead:
    """A page of rows; `missing` names files that are not here or cannot be read, with the code of why."""

    names: tuple[str, ...]
    rows: tuple[RowRead, ...]
    number: int
    pages: int
    missing: tuple[tuple[str, str], ...]


def report_rows(node: Node, report: ReportRead, *, page: int = 1) -> RowsRead:
    """A page of the report's rows by their numbers."""
    pages = max(1, -(-report.rows // PAGE))
    number = min(max(page, 1), pages)
    first, last = (number - 1) * PAGE + 1, min(number * PAGE, report.rows)
    sheets, missing = _sheets(node, report, first, last)
    cells = {at: sheet.cells(at) for sheet in sheets for at in range(first, last + 1) if at in sheet.lines}
    names = tuple(dict.fromkeys(name for row in cells.values() for name, _ in row))
    said = said_of(node, report, first, last)
    rows = []
    for at in range(first, last + 1):
        told = dict(cells.get(at, ()))
        rows.append(RowRead(at, tuple(told.get(name, "") for name in names), said.get(at)))
    return RowsRead(names, tuple(rows), number, pages, tuple(missing))


def every_answer(node: Node, report: ReportRead) -> Iterator[tuple[int, str, str, str, str]]:
    """Number, answer, whom it concerns instead, ticket and remark of every row, answered or not."""
    for start in range(1, report.rows + 1, BLOCK):
        end = min(start + BLOCK - 1, report.rows)
        said = said_of(node, report, start, end)
        for at in range(start, end + 1):
            each = said.get(at)
            yield (at, each.answer, each.to, each.ticket, each.remark) if each else (at, "", "", "", "")


def said_of(node: Node, report: ReportRead, first: int, last: int) -> dict[int, SaidOfRow]:
    """What was said of these rows, by itself or with the whole file."""
    blocks = range((first - 1) // BLOCK, (last - 1) // BLOCK + 1)
    with reading(node):
        kept = RowAnswers.objects.filter(report_id=report.key, block__in=blocks).values_list("said", flat=True)
        runs = [run for said in kept for run in read_runs(said)]
    found: dict[int, SaidOfRow] = {}
    if report.whole:
        found = dict.fromkeys(range(first, last + 1), SaidOfRow(**report.whole))
    for begin, end, (order, answer, to, ticket, remark) in runs:
        if order >= report.whole_by:
            told = SaidOfRow(answer, to, ticket, remark)
            found |= dict.fromkeys(range(max(begin, first), min(end, last) + 1), told)
    return found


def files_of(node: Node, report: ReportRead) -> list[tuple[Attachment, str]]:
    """The files of the report's message, each with its state here; none where retention took the message."""
    own = of_desk(report.own)
    with reading(node):
        if report.side == SENT:
            copies = OutgoingCopy.objects.filter(READABLE, message__core_hash=report.core_hash)
            copies = copies.filter(**{f"message__{name}": value for name, value in own.items()})
            rows = AttachmentRow.objects.filter(outgoing__core_hash=report.core_hash)
            rows = rows.filter(**{f"outgoing__{name}": value for name, value in own.items()})
        else:
            copies = IncomingCopy.objects.filter(READABLE, core_hash=report.core_hash, verdict="accepted", **own)
            rows = AttachmentRow.objects.filter(incoming__core_hash=report.core_hash, incoming__verdict="accepted")
            rows = rows.filter(**{f"incoming__{name}": value for name, value in own.items()})
        text = copies.values_list("plaintext", flat=True).first()
        states = dict(rows.values_list("position", "state"))
    if text is None:
        return []
    attachments = open_message(bytes(text)).core.attachments
    return [(each, states.get(place, "failed")) for place, each in enumerate(attachments)]


def _far(name: str, first: int, last: int) -> bool:
    """Whether a file says by its name that it has other rows. A hint: where it lies, all files are looked through."""
    told = _RANGE.search(name)
    return told is not None and (int(told[2]) < first or int(told[1]) > last)


def _sheets(node: Node, report: ReportRead, first: int, last: int) -> tuple[list[Sheet], list[tuple[str, str]]]:
    """The files that hold the rows asked for, as far as they are here."""
    found: list[Sheet] = []
    missing: list[tuple[str, str]] = []
    wanted = set(range(first, last + 1))
    for attachment, state in sorted(files_of(node, report), key=lambda each: _far(each[0].name, first, last)):
        if not wanted:
            break
        if state != "held":
            missing.append((attachment.name, state))
            continue
        try:
            sheet = decode_report_file(b"".join(open_attachment(node, attachment)))
        except LiaisonError as error:
            missing.append((attachment.name, error.code))
            continue
        if wanted & sheet.lines.keys():
            found.append(sheet)
            wanted -= sheet.lines.keys()
    return found, missing
