"""What does a desk's ticket system say of the reports it got, by files in its spool or by the mails it writes?

    spool/answers/01a2….csv        liaison_row,answer,ticket           of single rows
    spool/answers/01a2….json       {"answer":"fixed","ticket":"RT#4711"}     of the whole file

    take_answers(node, open_spool)          every minute, as a job; note_ticket(node, mail) for each mail that came

Invariants (docs/spec/spool.md):
- a file counts once: what was taken in is noted by its hash in the unit of work that sends the answers, and moved to
  `done` afterwards; one that cannot be meant goes to `failed`, with the reason, and nothing of it is sent;
- a file speaks of one report, by its name, and only of a report that this desk received;
- of a mail nothing is taken but a ticket number, only from the mailbox that the operator named, only for a report that
  its subject or thread marks; it is kept here, and leaves with the next answer that an officer or a file gives.
"""

from __future__ import annotations

import hashlib
import logging
import re
from pathlib import Path

import msgspec

from liaison.errors import LiaisonError, MalformedError, NotNowError, UnreachableError, UsageError
from liaison.exchange.reports.answers import LARGEST, decode_answers
from liaison.explanations import explain
from liaison.messages.forms.codes import code_list
from liaison.messages.forms.row_answers import CODES, RowAnswer
from liaison.messages.mail.answers import TICKET
from liaison.messages.mail.reading import Mail
from liaison.messages.mail.tokens import tokens_in
from liaison.messages.parties import DeskRef
from liaison.node.models import TrackedReport
from liaison.node.models.reports import RECEIVED
from liaison.node.node import Node
from liaison.node.reads.desk.listing import of_desk
from liaison.node.reads.reports.listing import ReportRead, find_report
from liaison.node.services.feeds.answering import NOTHING, OfTheWhole, answer_report
from liaison.node.services.people.audit import SYSTEM, acting_for
from liaison.node.services.tickets.handing import OpenSpool, Spool, own_desk_of
from liaison.node.unit_of_work import unit_of_work
from liaison.wire.typed import read_json

log = logging.getLogger("liaison.tickets")

_NAMED = re.compile(
    r"(?:EXERCISE-)?([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12})[A-Za-z0-9._-]*\.(csv|json)"
)
LARGEST_WORD = 64 << 10
REMEMBERED = 500


class Word(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a file in JSON says of a whole report."""

    answer: str = ""
    to: str = ""
    ticket: str = ""
    remark: str = ""


def take_answers(node: Node, open_spool: OpenSpool) -> int:
    """Take in the files of answers that wait; how many were taken. Raises NotNowError."""
    taken = 0
    for tickets in node.config.tickets:
        if not tickets.spool:
            continue
        try:
            desk, spool = own_desk_of(node, tickets), open_spool(Path(tickets.spool))
        except NotNowError:
            raise
        except LiaisonError as error:
            log.warning("tickets of %s: %s", tickets.desk, error.code)
            continue
        with acting_for(desk.participant):
            taken += sum(_take(node, desk, spool, name) for name in spool.answers())
    return taken


def _take(node: Node, desk: DeskRef, spool: Spool, name: str) -> bool:
    try:
        data = spool.read(name, limit=LARGEST)
        _answer(node, desk, name, data)
    except (NotNowError, UnreachableError):
        raise
    except LiaisonError as error:
        told = explain(error)
        spool.settle(name, f"{error.code}\n{told.what}\n{told.kept}\n{told.next}\n")
        return False
    spool.settle(name)
    return True


def _answer(node: Node, desk: DeskRef, name: str, data: bytes) -> None:
    found = _NAMED.fullmatch(name)
    if found is None:
        raise UsageError("answers-name", name=name[:80])
    report = find_report(node, desk, found[1])
    mark = hashlib.sha256(data).hexdigest()[:32]
    whole, rows = _read(report, data, as_json=found[2] == "json")
    with unit_of_work(node):
        row = TrackedReport.objects.select_for_update().get(pk=report.key)
        if mark in row.taken:
            return  # It was sent before this process, or another, could move it away.
        answer_report(node, desk, report, whole=whole, rows=rows, officer=SYSTEM)
        TrackedReport.objects.filter(pk=report.key).update(taken=[*row.taken, mark][-REMEMBERED:])


def _read(report: ReportRead, data: bytes, *, as_json: bool) -> tuple[OfTheWhole, tuple[RowAnswer, ...]]:
    if not as_json:
        return NOTHING, decode_answers(data, rows=report.rows)
    if len(data) > LARGEST_WORD:
        raise MalformedError("answers-too-large", size=len(data), limit=LARGEST_WORD)
    try:
        said = read_json(data, Word)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedError("answers-json") from error
    if said.answer and said.answer not in code_list(CODES):
        raise MalformedError("answers-unknown", line=1, answer=said.answer[:40])
    return OfTheWhole(answer=said.answer, referred_elsewhere=said.to, ticket=said.ticket, remark=said.remark), ()


def note_ticket(node: Node, mail: Mail) -> bool:
    """Whether a mail is of a desk's own ticket system about a report; its ticket number is kept then."""
    mailboxes = {each.mailbox.lower(): each for each in node.config.tickets if each.mailbox}
    tickets = mailboxes.get(mail.sender.lower())
    tokens = [*mail.tokens, *tokens_in(" ".join(mail.answers))]
    if tickets is None or not tokens:
        return False
    number = TICKET.search(mail.subject)
    with unit_of_work(node):
        rows = TrackedReport.objects.filter(**of_desk(own_desk_of(node, tickets)), side=RECEIVED, token__in=tokens)
        if not rows.exists():
            return False
        if number is not None:
            rows.update(own_ticket=number.group()[:60])
    return True
