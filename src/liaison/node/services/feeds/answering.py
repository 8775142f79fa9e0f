"""How does a desk say what became of the rows of a report it received: of each, or of the whole file?

    answer_report(node, desk, report, rows=decode_answers(data, rows=report.rows), officer=7)
    answer_report(node, desk, report, whole=OfTheWhole("customer-told", ticket="RT#4711"), officer=7)

Invariants (docs/spec/reports.md):
- all of it leaves in one unit of work, or waits for clearance together, or none does;
- however many rows are told apart, each message stays below the limit of the line: what is more goes in further ones,
  each of which counts by itself;
- the sender's own reference goes back with every answer, and the ticket number that the desk's own system gave it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from liaison.errors import UsageError
from liaison.messages.forms.row_answers import RowAnswer, beyond, parcels, plain
from liaison.messages.parties import DeskRef
from liaison.node.models import TrackedReport
from liaison.node.models.reports import RECEIVED
from liaison.node.node import Node
from liaison.node.reads.reports.listing import ReportRead
from liaison.node.services.desk.answering import Saying, say
from liaison.node.services.feeds.tracking import ANSWER
from liaison.node.services.people.audit import note
from liaison.node.unit_of_work import unit_of_work
from liaison.wire.canonical import JSON

MOST_BYTES = 160 << 10
"""Of one field: a message has at most 256 KiB with all that is around it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfTheWhole:
    """What is said of a whole file; a ticket number alone says that it was taken in."""

    answer: str = ""
    referred_to: DeskRef | None = None
    referred_elsewhere: str = ""
    ticket: str = ""
    remark: str = ""
    lang: str = "en"

    def fields(self) -> dict[str, JSON]:
        """Those that say something."""
        told: dict[str, JSON] = {
            name: text for name in ("answer", "referred_elsewhere", "ticket") if (text := getattr(self, name))
        }
        if self.referred_to is not None:
            desk = self.referred_to
            told["referred_to"] = {"desk": desk.desk, "node": desk.node, "participant": desk.participant}
        if self.remark:
            told["remark"] = {"lang": self.lang, "text": self.remark}
        return told


NOTHING = OfTheWhole()


@dataclass(frozen=True, slots=True)
class Answered:
    """How many messages left, and how many wait for clearance."""

    sent: int
    waiting: int


def answer_report(
    node: Node,
    desk: DeskRef,
    report: ReportRead,
    *,
    whole: OfTheWhole = NOTHING,
    rows: Sequence[RowAnswer] = (),
    officer: int,
) -> Answered:
    """Send the answers. Raises UsageError, MalformedError for what does not fit the form, NotNowError."""
    _check(report, whole, rows)
    known = {"your_reference": report.reference, "ticket": report.own_ticket}
    told = {name: text for name, text in known.items() if text} | whole.fields()
    messages = [told | {"rows": plain(each)} if number == 0 else _more(told, each)
                for number, each in enumerate(parcels(rows, MOST_BYTES))] or [told]  # fmt: skip
    sent = waiting = 0
    with unit_of_work(node):
        for fields in messages:
            saying = Saying(case=report.case, form=ANSWER, fields=fields, re=report.message_id)
            gone = say(node, desk, saying, officer=officer)
            sent, waiting = sent + len(gone.sent), waiting + bool(gone.request)
        params: JSON = {"messages": len(messages)}
        note(node, "report-answered", officer=officer, subject=report.message_id, params=params)
    return Answered(sent, waiting)


def note_own_ticket(node: Node, report: ReportRead, ticket: str) -> None:
    """Keep the number that the desk's own system gave a received report; the next answer tells it."""
    with unit_of_work(node):
        TrackedReport.objects.filter(pk=report.key, side=RECEIVED).update(own_ticket=ticket[:60])


def _more(told: dict[str, JSON], rows: Sequence[RowAnswer]) -> dict[str, JSON]:
    """A further message of the same answer says nothing of the whole again."""
    kept = {name: value for name, value in told.items() if name in ("ticket", "your_reference")}
    return kept | {"rows": plain(rows)}


def _check(report: ReportRead, whole: OfTheWhole, rows: Sequence[RowAnswer]) -> None:
    if report.side != RECEIVED:
        raise UsageError("report-is-ours")
    if not rows and not whole.fields():
        raise UsageError("answer-says-nothing")
    if beyond(rows, report.rows):
        raise UsageError("answer-foreign-rows", rows=report.rows)
    if (whole.referred_to or whole.referred_elsewhere) and whole.answer != "not-ours":
        raise UsageError("answer-not-theirs")
