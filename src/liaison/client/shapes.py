"""What does the API tell, as values? The members a program uses; those of later versions are passed over."""

from __future__ import annotations

from typing import Any

import msgspec


class Desk(msgspec.Struct, frozen=True):
    """A contact centre as messages name it."""

    participant: str
    node: str
    desk: str


class AnsweringDesk(msgspec.Struct, frozen=True):
    """Who answers for a value; without participant and node it is nominated by letter, or only its code is known."""

    participant: str | None
    node: str | None
    desk: str
    name: str
    codes: list[str]
    kind: str | None
    status: str


class LookUp(msgspec.Struct, frozen=True):
    """Who answers for one value and why; `refusal` says why nobody does."""

    value: str
    desk: AnsweringDesk | None
    refusal: str | None
    basis: str
    code: str | None
    source: str | None
    date: str | None
    contested: list[AnsweringDesk]


class Case(msgspec.Struct, frozen=True):
    """One case of the desk."""

    case: str
    others: list[Desk]
    exercise: bool
    title: str | None
    form: str
    urgency: str
    reference: str
    turn: str
    due: str | None
    last_at: str
    closed_at: str | None


class Message(msgspec.Struct, frozen=True):
    """A message in a list."""

    message: str
    case: str
    direction: str
    form: str
    urgency: str
    at: str
    exercise: bool


class Attached(msgspec.Struct, frozen=True):
    """One file of a message."""

    position: int
    name: str
    media_type: str
    size: int
    sha256: str
    state: str


class Contents(msgspec.Struct, frozen=True):
    """What a message says."""

    fields: dict[str, Any]
    attachments: list[Attached]


class WholeMessage(msgspec.Struct, frozen=True):
    """A message with what it says, where the token may see that."""

    message: Message
    sender: Desk
    to: list[Desk]
    stage: str | None
    tlp: str
    core_hash: str
    contents: Contents | None


class Sent(msgspec.Struct, frozen=True):
    """A message that is durable and on its way."""

    message: str
    case: str


class Gone(msgspec.Struct, frozen=True):
    """What became of a message: `sent`, or the number under which it waits for a second person."""

    sent: list[Sent]
    waits: int | None


class Event(msgspec.Struct, frozen=True):
    """That something happened at the desk."""

    number: int
    kind: str
    case: str
    message: str
    at: str
    exercise: bool = False


class Events(msgspec.Struct, frozen=True):
    """Events in order, the number to go on behind, and that of the last one there is."""

    events: list[Event]
    next: int
    latest: int


class Cases(msgspec.Struct, frozen=True):
    """A page of cases."""

    cases: list[Case]
    next: str | None


class Messages(msgspec.Struct, frozen=True):
    """A page of messages."""

    messages: list[Message]
    next: str | None


class LookUpList(msgspec.Struct, frozen=True):
    """One answer a value."""

    answers: list[LookUp]


class Uploaded(msgspec.Struct, frozen=True):
    """The name of a file for a message to come."""

    upload: str


class Acknowledged(msgspec.Struct, frozen=True):
    """Whether the other side is told by this."""

    fresh: bool


class Checked(msgspec.Struct, frozen=True):
    """It could be sent, and how: as an exercise, or only after a second person has cleared it (`waits`)."""

    exercise: bool
    waits: bool


class Wanted(msgspec.Struct, frozen=True):
    """How many files are on their way from their sender."""

    fetching: int


class Said(msgspec.Struct, frozen=True):
    """A message in the thread of a case; `owed` is still to be acknowledged."""

    message: str
    ours: bool
    form: str
    at: str
    owed: bool
    rejected: bool


class WholeCase(msgspec.Struct, frozen=True):
    """A case with its thread in order; `gaps` counts messages that are known to be missing."""

    case: Case
    messages: list[Said]
    gaps: int
    closed_by_all: bool


class Receipt(msgspec.Struct, frozen=True):
    """A signed receipt: a node has it, never that anybody agrees. `signed` is the envelope in base64."""

    desk: Desk | None
    n: int
    verdict: str
    reason: str
    at: str
    signed: str


class Receipts(msgspec.Struct, frozen=True):
    """Every receipt for a message, in order."""

    receipts: list[Receipt]


class Token(msgspec.Struct, frozen=True):
    """The token in hand: its desk, its scopes, which of them its officer's roles allow now, and until when."""

    name: str
    register_id: str
    desk: Desk
    scopes: list[str]
    usable: list[str]
    until: str


class Problem(msgspec.Struct, frozen=True):
    """Why something was not done."""

    title: str
    status: int
    code: str
    detail: str = ""
    kept: str = ""
    next: str = ""


class ProblemType(msgspec.Struct, frozen=True):
    """What a code of a problem means; `{name}` stands for a value of the case at hand."""

    code: str
    title: str
    detail: str
    kept: str
    next: str
