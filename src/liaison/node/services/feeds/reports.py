"""How does each desk get its report as a sealed message, once?

    window = sent_window(node, hours=24)                       before the feed is routed with it
    for outcome in send_reports(node, reports, feed=…): …      Outcome(desk, "sent", message_id=…, case=…)

One message of the form `resource-report` a desk, or as many as its rows need, rows as attachments in the format and up
to the size that the desk takes, each in a bilateral case, all tied by one batch; held until the interval it asks for.

Invariants (docs/using/routing.md):
- The note that a report was sent is written in the unit of work that writes its outbox rows: killed anywhere, a report
  is either on its way and known, or neither, and a second run sends what the first did not.
- A report with the same bytes goes to the same desk once a window, even when two runs send at the same time; a row is
  counted, not sent again, within the window.
- What a desk asks for stands in its record (docs/spec/records.md, kind `reports`); one that asks for nothing gets the
  feed's own format, at once.
- A desk that is unknown, nominated by letter, or of a register in which this node has no desk gets nothing, and the
  outcome says why; unless the sending desk keeps the mailbox that its letter or entry names, which then gets it by
  mail. One desk's trouble stops no other.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from liaison.errors import LiaisonError
from liaison.exchange.values import Report as About
from liaison.messages.forms import check_fields, latest_form
from liaison.messages.message import Tlp
from liaison.messages.parties import DeskRef
from liaison.node.models import SentReport, Setting
from liaison.node.node import Node
from liaison.node.reads.exchange.cases import publisher_of
from liaison.node.reads.facts import register_facts
from liaison.node.reads.mail.targets import mail_targets
from liaison.node.reads.own import require_writable
from liaison.node.reads.reports.wishes import wishes_of
from liaison.node.services.feeds.holding import due_at, hold
from liaison.node.services.feeds.packing import Packed, pack_report
from liaison.node.services.feeds.parties import Parties, find_parties, named_desk, sending_desks
from liaison.node.services.line.sending import Letter, new_id, send_letter
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.node.work.outbox import Lease
from liaison.routing.claims import Desk, Standing
from liaison.routing.feeds.reports import notice
from liaison.routing.feeds.run import Window
from liaison.routing.feeds.shape import Shape
from liaison.routing.route import Answer
from liaison.wire.canonical import JSON
from liaison.wire.identifiers import format_instant

FORM = "resource-report"
SECRET = "feed-window-secret"  # noqa: S105 - the name of a setting
LONGEST_WINDOW = timedelta(days=31)
CHUNK = 1 << 20
LINE = 500
REFERENCE = 100


class Fate(StrEnum):
    """What became of one report."""

    SENT = "sent"
    HELD = "held"
    NOMINATED = "nominated"
    UNKNOWN = "unknown"
    OWN = "own"
    NO_DESK_HERE = "no-desk-here"
    ALREADY_SENT = "already-sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedFacts:
    """What recipients are told of the feed, the same for all of them."""

    name: str
    date: str | None = None
    incident_type: str | None = None
    tlp: Tlp = "amber"
    window: timedelta = timedelta(hours=24)
    reference: str = ""
    """Of the sender, kept by the receiver and told back in every answer; empty: the identifier of the run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One desk's report in its file, with what its message says of it."""

    desk: Desk
    path: Path
    shape: Shape
    """How its rows are read."""
    head: bytes
    """What the file begins with; every attachment does."""
    rows: int
    counted_only: int
    """Rows that this desk was sent before, within the window."""
    reasons: tuple[tuple[Answer, int], ...]
    row_digests: bytes

    @property
    def stem(self) -> str:
        """What its files are called, without an end."""
        return self.path.stem

    def chunks(self) -> Iterator[bytes]:
        """Its bytes."""
        with self.path.open("rb") as handle:
            yield from iter(lambda: handle.read(CHUNK), b"")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the report to one desk: its first message, when it is due if it is held, how it failed."""

    desk: Desk
    fate: Fate
    message_id: str | None = None
    case: str | None = None
    error: LiaisonError | None = None
    due: datetime | None = None
    leases: tuple[Lease, ...] = ()
    """For the first attempt, where the caller makes it."""


def sent_window(node: Node, *, window: timedelta) -> Window:
    """What each desk was sent within the window, for `FeedRun`; what is older than any window is forgotten."""
    now = node.clock.now()
    with unit_of_work(node):
        made, _ = Setting.objects.get_or_create(name=SECRET, defaults={"value": node.entropy.draw(32).hex()})
        SentReport.objects.filter(sent_at__lt=now - LONGEST_WINDOW).delete()
        rows = SentReport.objects.filter(sent_at__gt=now - window).values_list("row_digests", flat=True)
        return Window(bytes.fromhex(made.value), b"".join(bytes(digests) for digests in rows))


def send_reports(
    node: Node, reports: Sequence[Report], *, feed: FeedFacts, sender: str = "", leased: bool = False
) -> Iterator[Outcome]:
    """Send every report that can be sent; `sender` names an own desk where there are several.

    `leased` keeps the first attempts for the caller, as in `send_letter`.

    Raises UsageError, NotNowError before anything is sent; later trouble is in the outcomes.
    """
    require_writable(node)
    senders = sending_desks(node, {report.desk.register for report in reports} - {""}, sender)
    occasion = _Occasion(new_id(node), leased, senders)
    for report in reports:
        yield _outcome(node, report, feed, occasion)


def check_feed(feed: FeedFacts) -> None:
    """Raises MalformedError when what is said of the feed does not fit the form."""
    check_fields(latest_form(FORM), _feed_fields(feed))


@dataclass(frozen=True, slots=True)
class _Occasion:
    """What ties the messages of one sending, and who makes their first attempts."""

    batch: str
    leased: bool
    senders: Mapping[str, DeskRef]
    """The own desk that speaks in each register."""


def _outcome(node: Node, report: Report, feed: FeedFacts, occasion: _Occasion) -> Outcome:
    desk = report.desk
    if desk.standing is Standing.UNKNOWN:
        return Outcome(desk, Fate.UNKNOWN)
    parties = find_parties(node, desk, occasion.senders)
    if parties is None:
        elsewhere = desk.participant is not None and desk.register not in occasion.senders
        return Outcome(desk, Fate.NO_DESK_HERE if elsewhere else Fate.NOMINATED)
    if parties.recipient == parties.sender:
        return Outcome(desk, Fate.OWN)
    try:
        return _send(node, report, parties, feed, occasion)
    except LiaisonError as error:
        return Outcome(desk, Fate.FAILED, error=error)


def _send(node: Node, report: Report, parties: Parties, feed: FeedFacts, occasion: _Occasion) -> Outcome:
    """Seal the rows, then in one unit note the report and write its messages, or hold them."""
    register, sender, recipient = parties
    digest = _digest(report.path)
    now = node.clock.now()
    since = now - feed.window
    with reading(node):
        if _rows_of(register, recipient, digest).filter(sent_at__gt=since).exists():
            return Outcome(report.desk, Fate.ALREADY_SENT)
    facts = register_facts(node, register)
    if recipient not in mail_targets(facts, sender, [recipient]):
        facts.sealing_key(recipient)
    wishes = wishes_of(node, report.desk.register, named_desk(report.desk) or recipient)
    packed = list(pack_report(node, report, wishes, _about(node, register, sender, feed, occasion.batch)))
    if not packed:
        return Outcome(report.desk, Fate.ALREADY_SENT)
    letters = [_letter(report, parties, feed, occasion, place=(number, packed)) for number in range(len(packed))]
    with unit_of_work(node):
        due = due_at(register, recipient, wishes, now)
        noted = _take(report, parties, digest, (due or now, since))
        if noted is None:
            return Outcome(report.desk, Fate.ALREADY_SENT)
        if due is not None:
            hold(node, noted, [(letter, each.rows) for letter, each in zip(letters, packed, strict=True)], due)
            return Outcome(report.desk, Fate.HELD, due=due)
        sent = [one for letter in letters for one in send_letter(node, letter, leased=occasion.leased)]
        told = {"message_id": sent[0].message_id, "case": sent[0].case, "batch": occasion.batch}
        SentReport.objects.filter(pk=noted.pk).update(**told)
    leases = tuple(lease for one in sent for lease in one.leases)
    return Outcome(report.desk, Fate.SENT, sent[0].message_id, sent[0].case, leases=leases)


def _letter(
    report: Report,
    parties: Parties,
    feed: FeedFacts,
    occasion: _Occasion,
    *,
    place: tuple[int, Sequence[Packed]],
) -> Letter:
    number, packed = place
    fields = _fields(report, feed) | {"rows": packed[number].rows, "own_reference": _reference(feed, occasion.batch)}
    if len(packed) > 1:
        fields |= {"part": number + 1, "parts": len(packed)}
    return Letter(
        register=parties.register,
        sender=parties.sender,
        to=(parties.recipient,),
        form=FORM,
        fields=fields,
        tlp=feed.tlp,
        batch=occasion.batch,
        attachments=packed[number].attachments,
    )


def _reference(feed: FeedFacts, batch: str) -> str:
    return line(feed.reference)[:REFERENCE].strip() or batch


def _about(node: Node, register: str, sender: DeskRef, feed: FeedFacts, batch: str) -> About:
    """What a document of another format says around the rows."""
    now = format_instant(node.clock.now().replace(microsecond=0))
    return About(
        key=batch,
        title=line(feed.name)[:200].strip() or "feed",
        description="\n".join(notice()),
        incident_type=feed.incident_type or "other:undetermined",
        tlp=feed.tlp,
        exercise=register_facts(node, register).globals.rehearsal,
        composed=now,
        changed=now,
        publisher=publisher_of(node, register, sender),
    )


def _rows_of(register: str, desk: DeskRef, digest: str) -> Any:
    place = {"register": register, "participant": desk.participant, "node": desk.node, "desk": desk.desk}
    return SentReport.objects.filter(**place, digest=digest)


def _take(report: Report, parties: Parties, digest: str, times: tuple[datetime, datetime]) -> SentReport | None:
    """Note the report as sent at a time; None when it was within the window. Others who try wait for this unit."""
    (at, since), desk = times, parties.recipient
    noted, fresh = SentReport.objects.get_or_create(
        register=parties.register,
        participant=desk.participant,
        node=desk.node,
        desk=desk.desk,
        digest=digest,
        defaults={"rows": report.rows, "row_digests": report.row_digests, "sent_at": at},
    )
    if fresh or _rows_of(parties.register, desk, digest).filter(sent_at__lte=since).update(sent_at=at) == 1:
        return noted
    return None


def _digest(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _fields(report: Report, feed: FeedFacts) -> dict[str, JSON]:
    fields = _feed_fields(feed) | {
        "routed_by": _told(_why(report.reasons)),
        "routed_from": _told(_source(answer) for answer, _ in report.reasons),
    }
    if report.counted_only:
        fields["counted_only"] = report.counted_only
    return fields


def _feed_fields(feed: FeedFacts) -> dict[str, JSON]:
    """The fields that are the same for all desks, with no row counted yet."""
    fields: dict[str, JSON] = {
        "feed": line(feed.name)[:200].strip() or "feed",
        "legal": "information-not-an-order",
        "rows": 0,
        "explanation": {"lang": "en", "text": "\n".join(notice())},
    }
    if feed.date:
        fields["feed_date"] = feed.date
    if feed.incident_type:
        fields["incident_type"] = feed.incident_type
    return fields


def _why(reasons: Iterable[tuple[Answer, int]]) -> Iterator[str]:
    """What the rows were routed by; answers that differ only in who else claims them are one reason."""
    rows: Counter[str] = Counter()
    for answer, count in reasons:
        rows[f"{answer.basis.value} {answer.ground or answer.code or ''}".strip()] += count
    return (f"{reason}: {count} rows" for reason, count in rows.most_common())


def _source(answer: Answer) -> str:
    return f"{answer.source or 'unknown source'} ({answer.date or 'no date'})"


def _told(parts: Iterable[str]) -> str:
    """The distinct parts in one line, as many as it holds."""
    distinct: Sequence[str] = list(dict.fromkeys(line(part) for part in parts if part.strip()))
    text = "; ".join(distinct)
    return text if len(text) <= LINE else text[: LINE - 1].rstrip() + "…"


def line(text: str) -> str:
    """Text as the fields of one line take it: no controls, nothing that re-orders it."""
    return "".join(letter if letter.isprintable() else " " for letter in text).strip()
