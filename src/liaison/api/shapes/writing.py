"""What does a program send in the name of a desk, and what is it told of it?"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from liaison.api.shapes.base import WORDS, Given, Instant, LocalId, Told, Uuid
from liaison.messages.message import MOST_ATTACHMENTS

Recipient = Annotated[str, Field(min_length=2, max_length=120, pattern=WORDS, examples=["XD", "XD/duty"])]
Uploads = Annotated[list[Uuid], Field(max_length=MOST_ATTACHMENTS)]
TlpLabel = Literal["red", "amber-strict", "amber", "green", "clear"]
UrgencyLevel = Literal["routine", "urgent", "emergency"]
FieldName = Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]


class Words(Given):
    """What every message says, in whatever form: `fields` are those of the form (docs/spec/forms.md)."""

    fields: Annotated[dict[FieldName, Any], Field(max_length=64)]
    stage: LocalId | None = None
    tlp: TlpLabel | None = None
    urgency: UrgencyLevel | None = None
    wanted_by: Instant | None = None
    attachments: Uploads = Field(default_factory=list)
    host_may_read: bool = False
    alone: bool = False


class NewMessage(Words):
    """A message that begins a case. Several recipients need `together`: true for one case, false for one each."""

    to: Annotated[list[Recipient], Field(min_length=1, max_length=200)]
    form: LocalId
    together: bool | None = None
    marking: Annotated[str, Field(max_length=80, pattern=WORDS)] | None = None
    exercise: bool = False


class Reply(Words):
    """A message that refers to another one of the same case."""

    form: LocalId = "reply"


class Acknowledgement(Given):
    """That a person of the desk has seen a message, and when an answer may be expected."""

    answer_expected: Instant | None = None


class Sent(Told):
    """A message that is durable and on its way."""

    message: str
    case: str
    core_hash: str


class Gone(Told):
    """What became of it: `sent`, or the number under which it waits for a second person, nothing having left."""

    sent: list[Sent]
    waits: int | None


class Checked(Told):
    """It could be sent, and how: as an exercise, or only after a second person has cleared it (`waits`)."""

    exercise: bool
    waits: bool


class Acknowledged(Told):
    """Whether the other side is told by this, or was told before."""

    fresh: bool


class Uploaded(Told):
    """A file that is sealed here; a message takes it by this name within a day."""

    upload: str
    name: str
    media_type: str
    size: int
    sha256: str


class Wanted(Told):
    """How many files are on their way from their sender."""

    fetching: int
