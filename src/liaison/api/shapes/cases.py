"""What do cases and messages look like to a program?

Invariants: `contents` is null where the token or the officer may see metadata only, or the case is closed to named
officers; `exercise` stands wherever a message or a case does.
"""

from __future__ import annotations

from typing import Any

from liaison.api.shapes.base import Desk, Instant, Told
from liaison.messages.forms import english, meaning
from liaison.node.reads.desk.listing import CaseRow
from liaison.node.reads.desk.receipts import ReceiptRead
from liaison.node.reads.desk.thread import Thread
from liaison.node.reads.inbox import Listed, Opened, Reach
from liaison.node.reads.line import Trial as Reached
from liaison.wire.identifiers import encode_base64


class Case(Told):
    """One case of the desk: whose turn it is, which clocks run, how it ended."""

    case: str
    register_id: str
    others: list[Desk]
    exercise: bool
    title: str | None
    title_language: str | None
    form: str
    urgency: str
    ours: bool
    incident_type: str
    severity: int | None
    reference: str
    turn: str
    due: Instant | None
    opened_at: Instant
    last_at: Instant
    acknowledged_at: Instant | None
    closed_at: Instant | None
    archived_at: Instant | None
    outcome: str

    @staticmethod
    def of(row: CaseRow) -> Case:
        """The shape of a case."""
        title, language = (row.title.text, row.title.lang) if row.title else (None, None)
        return Case.copied(row, register_id=row.register, title=title, title_language=language)


class Cases(Told):
    """A page of cases, the last opened first."""

    cases: list[Case]
    next: str | None


class Trial(Told):
    """How the outbox fares with a copy: how often it was tried, what it met last, since when nothing else, and when it
    is tried again; `title` and `detail` say in English what the code means and what to do."""

    tried: int
    error: str
    title: str
    detail: str
    since: Instant | None
    next_try: Instant

    @staticmethod
    def of(trial: Reached) -> Trial:
        """The shape of a trial."""
        error = trial.last_error
        words = {"title": english("delivery-error", error), "detail": meaning("delivery-error", error)}
        return Trial.copied(trial, error=error, **words)


class Arrived(Told):
    """How far the copy for one desk has come; `trial` is there while it is not through and was tried."""

    desk: Desk
    state: str
    reason: str
    at: Instant | None
    trial: Trial | None

    @staticmethod
    def of(reach: Reach) -> Arrived:
        """The shape of a reach."""
        trial = Trial.of(reach.trial) if reach.trial is not None and reach.trial.tried else None
        return Arrived.copied(reach, trial=trial)


class Message(Told):
    """A message in a list; `verdict` is this node's for what came in, the state in the outbox for what goes out."""

    message: str
    case: str
    direction: str
    form: str
    urgency: str
    at: Instant
    others: list[Desk]
    verdict: str
    reason: str
    exercise: bool
    copies: list[Arrived]

    @staticmethod
    def of(listed: Listed) -> Message:
        """The shape of a message in a list."""
        return Message.copied(listed, message=listed.message_id, copies=[Arrived.of(each) for each in listed.reach])


class Messages(Told):
    """A page of messages, the newest first."""

    messages: list[Message]
    next: str | None


class Attached(Told):
    """One file of a message; it is fetched by its position once its state is `held`."""

    position: int
    name: str
    media_type: str
    size: int
    sha256: str
    state: str


class Contents(Told):
    """What a message says: its fields by the form it is in, and its files."""

    fields: dict[str, Any]
    attachments: list[Attached]


class WholeMessage(Told):
    """A message with what it says, where that may be seen."""

    message: Message
    sender: Desk
    to: list[Desk]
    stage: str | None
    tlp: str
    marking: str | None
    wanted_by: str | None
    re: str | None
    core_hash: str
    form_version: int
    notes: list[str]
    contents: Contents | None

    @staticmethod
    def of(opened: Opened, *, readable: bool) -> WholeMessage:
        """The shape of an opened message."""
        return WholeMessage.copied(
            opened.core,
            message=Message.of(opened.listed),
            core_hash=opened.core_hash,
            notes=list(opened.notes),
            contents=_contents(opened) if readable else None,
        )


def _contents(opened: Opened) -> Contents:
    states = dict(enumerate(state for _, state in opened.attachments))
    attached = [
        Attached(
            position=at,
            name=each.name,
            media_type=each.media_type,
            size=each.size,
            sha256=each.plain,
            state=states.get(at, "failed"),
        )
        for at, each in enumerate(opened.core.attachments)
    ]
    return Contents(fields=dict(opened.fields), attachments=attached)


class Said(Told):
    """A message in the thread of a case."""

    message: str
    ours: bool
    form: str
    at: Instant
    owed: bool
    rejected: bool


class WholeCase(Told):
    """A case with its thread in order; `gaps` counts messages that are known to be missing."""

    case: Case
    messages: list[Said]
    gaps: int
    closed_by_all: bool

    @staticmethod
    def of(thread: Thread) -> WholeCase:
        """The shape of a thread."""
        said = [Said.copied(each, message=each.message_id, form=each.core.form) for each in thread.entries]
        gaps, closed = len(thread.view.gaps), thread.view.closed
        return WholeCase(case=Case.of(thread.row), messages=said, gaps=gaps, closed_by_all=closed)


class Receipt(Told):
    """A signed receipt: a node has it, never that anybody agrees. `signed` is the envelope in base64."""

    desk: Desk | None
    n: int
    verdict: str
    reason: str
    at: Instant
    signed: str

    @staticmethod
    def of(receipt: ReceiptRead) -> Receipt:
        """The shape of a receipt."""
        return Receipt.copied(receipt, signed=encode_base64(receipt.signed))


class Receipts(Told):
    """Every receipt for a message, in order."""

    receipts: list[Receipt]
