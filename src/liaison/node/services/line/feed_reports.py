"""How does each report of a routed feed become a sealed message to its desk, once?

    window = sent_window(node, hours=24)                    before the run: what was sent within a day
    outcome = send_reports(node, routed, plan, read=…)      after it: one message a desk, its rows as attachments

Invariants:
- what a desk was sent is written down in the transaction that puts the message on its way, so a run that is killed
  and started again counts what went out and sends the rest;
- a desk that is only nominated has no key to seal to: its report stays a file, and the outcome says so;
- a report larger than an attachment goes as several, each with the head of the report, cut between rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from liaison.errors import LiaisonError, UsageError
from liaison.messages.message import MOST_ATTACHMENTS, Attachment, Tlp
from liaison.messages.parties import DeskRef
from liaison.node.models import SentReport, Setting
from liaison.node.node import Node
from liaison.node.reads.inbox import own_desks
from liaison.node.services.feed_runs import RoutedFeed
from liaison.node.services.line.attachments import LARGEST_PLAIN, seal_attachment
from liaison.node.services.line.sending import Letter, SentMessage, send_letter
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.node.work.outbox import Lease
from liaison.routing.claims import Desk, Standing
from liaison.routing.feeds.run import Window
from liaison.wire.canonical import JSON

FORM = "resource-report"
SECRET = "feed-secret"  # noqa: S105 - the name of a setting
SECRET_BYTES = 32
LONGEST_LINE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the sender says of all reports of a feed; `sender` is an own desk's id, empty where there is one."""

    feed: str
    feed_date: str | None = None
    incident_type: str | None = None
    tlp: Tlp = "amber"
    sender: str = ""


@dataclass(slots=True)
class Outcome:
    """What went out, what could not, and the leases for the first attempts."""

    sent: dict[str, str] = field(default_factory=dict)
    """Report file → message id."""
    kept: dict[str, str] = field(default_factory=dict)
    """Report file → why it stays a file."""
    leases: list[Lease] = field(default_factory=list)


def sent_window(node: Node, *, hours: int) -> Window:
    """The node's secret for digests of rows, and what was sent within so many hours."""
    since = node.clock.now() - timedelta(hours=hours)
    with unit_of_work(node):
        fresh = node.entropy.draw(SECRET_BYTES).hex()
        secret, _ = Setting.objects.get_or_create(name=SECRET, defaults={"value": fresh})
    with reading(node):
        sent = SentReport.objects.filter(sent_at__gt=since).values_list("digests", flat=True) if hours else ()
        return Window(bytes.fromhex(secret.value), b"".join(bytes(digests) for digests in sent))


def send_reports(node: Node, routed: RoutedFeed, plan: Plan, *, read: Callable[[str], Iterable[bytes]]) -> Outcome:
    """Send every report to its desk; `read` gives the bytes of a report file. Raises nothing for a single desk."""
    outcome = Outcome()
    for desk, file in routed.files.items():
        try:
            sent = _send(node, routed, plan, desk, report=read(file))
        except LiaisonError as error:
            outcome.kept[file] = error.code
        else:
            outcome.sent[file] = sent.message_id
            outcome.leases += sent.leases
    return outcome


def _send(node: Node, routed: RoutedFeed, plan: Plan, desk: Desk, *, report: Iterable[bytes]) -> SentMessage:
    if desk.standing is not Standing.CONFIRMED or desk.participant is None or desk.node is None:
        raise UsageError("desk-has-no-key", desk=desk.desk)
    sender = _sender(node, desk.register, plan.sender)
    to = DeskRef(desk.participant, desk.node, desk.desk)
    if to == sender:
        raise UsageError("report-to-itself", desk=desk.desk)
    attachments = tuple(_sealed(node, routed.files[desk], report, routed.run.head()))
    digests = routed.run.sent_digests(desk)
    letter = Letter(
        register=desk.register,
        sender=sender,
        to=(to,),
        form=FORM,
        fields=_fields(routed, plan, desk),
        tlp=plan.tlp,
        attachments=attachments,
    )
    with unit_of_work(node):
        sent = send_letter(node, letter, leased=True)[0]
        SentReport.objects.create(
            register=desk.register,
            participant=to.participant,
            desk=to.desk,
            message_id=sent.message_id,
            rows=len(digests) // 8,
            digests=digests,
            sent_at=node.clock.now(),
        )
    return sent


def _sender(node: Node, register: str, given: str) -> DeskRef:
    found = [desk for desk in own_desks(node, register) if given in ("", desk.desk)]
    if len(found) != 1:
        raise UsageError("sender-not-clear", count=len(found))
    return found[0]


def _fields(routed: RoutedFeed, plan: Plan, desk: Desk) -> dict[str, JSON]:
    """What the form says beside the rows: how many, why this desk, from which data."""
    answers = routed.run.answers_of(desk)
    total = next(each for each in routed.summary["desks"] if each["file"] == routed.files[desk])
    by = "; ".join(f"{answer.basis.value} {answer.ground or ''} ({count})" for answer, count in answers)
    sources = dict.fromkeys(f"{answer.source} {answer.date or ''}".strip() for answer, _ in answers if answer.source)
    fields: dict[str, JSON] = {
        "feed": plan.feed[:200],
        "legal": "information-not-an-order",
        "rows": total["rows"] - total["already_sent"],
        "counted_only": total["already_sent"],
        "routed_by": _line(by),
        "routed_from": _line("; ".join(sources)),
    }
    if plan.feed_date is not None:
        fields["feed_date"] = plan.feed_date
    if plan.incident_type is not None:
        fields["incident_type"] = plan.incident_type
    return {name: value for name, value in fields.items() if value != ""}


def _line(text: str) -> str:
    return text if len(text) <= LONGEST_LINE else text[: LONGEST_LINE - 1].rstrip() + "…"


def _sealed(node: Node, file: str, report: Iterable[bytes], head: bytes) -> Iterator[Attachment]:
    """The report as one attachment, or as several of at most 8 MiB."""
    stem, _, extension = file.rpartition(".")
    media_type = "application/x-ndjson" if extension == "jsonl" else "text/csv"
    for number, part in enumerate(cut_report(report, head, LARGEST_PLAIN), 1):
        if number > MOST_ATTACHMENTS:
            raise UsageError("report-too-large", limit=MOST_ATTACHMENTS)
        name = file if number == 1 else f"{stem}-{number}.{extension}"
        yield seal_attachment(node, name=name, media_type=media_type, chunks=[part])


def cut_report(report: Iterable[bytes], head: bytes, most: int) -> Iterator[bytes]:
    """Pieces of at most `most` bytes, cut after a line, each beginning with `head`; the first has it already."""
    piece = bytearray()
    for chunk in report:
        piece += chunk
        while len(piece) > most:
            end = piece.rfind(b"\n", 0, most) + 1
            if end <= len(head):
                raise UsageError("report-row-too-large", limit=most)
            yield bytes(piece[:end])
            piece[:end] = head
    if piece:
        yield bytes(piece)
