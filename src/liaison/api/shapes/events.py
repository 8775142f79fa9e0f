"""What does a program hear of a desk? That something happened, where, and when; never what was said."""

from __future__ import annotations

from ninja import Schema

from liaison.api.shapes.base import Instant
from liaison.node.services.programs.events import Event as EventRead
from liaison.wire.identifiers import format_instant


class Event(Schema):
    """One event; numbers of a desk follow each other without gaps."""

    number: int
    kind: str
    case: str
    message: str
    at: Instant

    @staticmethod
    def of(event: EventRead) -> Event:
        """The shape of an event."""
        at = format_instant(event.at)
        return Event(number=event.number, kind=event.kind, case=event.case, message=event.message, at=at)


class Events(Schema):
    """Events in order; ask again with `next` as `after` for those that come later."""

    events: list[Event]
    next: int
    latest: int
