"""What do all shapes share: strictness, desks, pages, problems?

Invariants: what comes in has no member that is not named here, nothing is coerced, every text has a limit; what goes
out has the members of its shape, filled from a value of the reads by their names, so that nothing leaves because
somebody added it below.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Annotated, Any, Self

from ninja import Schema
from pydantic import BaseModel, ConfigDict, Field

from liaison.messages.parties import DeskRef
from liaison.wire.identifiers import format_instant

HASH = r"^[0-9a-f]{64}$"
UUID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
LOCAL_ID = r"^[a-z0-9-]{1,32}$"
INSTANT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"
WORDS = r"^[^\x00-\x1f\x7f]*$"

Hash = Annotated[str, Field(pattern=HASH)]
Uuid = Annotated[str, Field(pattern=UUID)]
LocalId = Annotated[str, Field(pattern=LOCAL_ID)]
Instant = Annotated[str, Field(pattern=INSTANT, examples=["2026-11-22T03:02:00Z"])]
Code = Annotated[str, Field(pattern=r"^[a-z0-9:-]{1,64}$")]


class Given(Schema):
    """What a program sends."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Told(BaseModel):
    """What goes out."""

    @classmethod
    def copied(cls, value: object, /, **given: Any) -> Self:
        """The shape of a value: each member is what the value has under its name, or what is `given` for it."""
        return cls(**given, **{name: _plain(getattr(value, name)) for name in cls.model_fields if name not in given})


class Desk(Told):
    """A contact centre as messages name it."""

    participant: str
    node: str
    desk: str

    @staticmethod
    def at(desk: DeskRef) -> Desk:
        """The shape of a desk."""
        return Desk.copied(desk)


def _plain(value: Any) -> Any:
    """Instants and codes as text, desks as their shape."""
    if isinstance(value, datetime):
        return format_instant(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, DeskRef):
        return Desk.at(value)
    return [_plain(each) for each in value] if isinstance(value, tuple | frozenset) else value


class Problem(Told):
    """Why something was not done (RFC 9457): what happened, what was kept, what to do next."""

    type: str
    title: str
    status: int
    detail: str
    kept: str
    next: str
    code: str
    errors: list[dict[str, Any]] | None = None


class ProblemType(Told):
    """What a code means; `{name}` stands for a value of the case at hand."""

    code: str
    title: str
    detail: str
    kept: str
    next: str
