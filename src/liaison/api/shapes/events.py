"""What does a program hear of a desk? That something happened, where, when, and whether it is an exercise; never what
was said."""

from __future__ import annotations

from liaison.api.shapes.base import Instant, Told
from liaison.node.services.programs.events import Event as EventRead


class Event(Told):
    """One event; numbers of a desk follow each other without gaps."""

    number: int
    kind: str
    case: str
    message: str
    at: Instant
    exercise: bool

    @staticmethod
    def of(event: EventRead) -> Event:
        """The shape of an event."""
        return Event.copied(event)


class Events(Told):
    """Events in order; ask again with `next` as `after` for those that come later."""

    events: list[Event]
    next: int
    latest: int
