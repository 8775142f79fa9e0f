"""What happened since I last asked, and what happens now? A list that waits, and a stream that goes on where it broke.

    GET /events?after=17&wait=20       answers as soon as there is one behind 17, or after 20 seconds with none
    GET /events/stream                 text/event-stream; `Last-Event-ID: 17` goes on behind 17

Invariants: both read the same numbered events, so a program may change from one to the other; at most `WAITING`
requests wait at once, because each holds a thread; a stream ends after `STREAM_SECONDS`, and whoever waits is told
nothing more from the moment on in which the token, its officer or their role has ended.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Annotated, Any

from django.http import HttpRequest, StreamingHttpResponse
from ninja import Header, Query, Router

from liaison.api.authentication import bearer_of, scoped
from liaison.api.problems import PROBLEMS
from liaison.api.shapes.events import Event, Events
from liaison.errors import UsageError
from liaison.node.current import here
from liaison.node.node import Node
from liaison.node.services.people.officers import Seat
from liaison.node.services.programs.events import Event as EventRead
from liaison.node.services.programs.events import events_after, last_event
from liaison.node.services.programs.tokens import Bearer, open_again
from liaison.officers.tokens import Scope

router = Router(tags=["events"], auth=scoped(Scope.READ_METADATA))
WAITING = 4
STREAM_SECONDS = 50
LOOKS_A_SECOND = 2
QUIET_LOOKS = 10 * LOOKS_A_SECOND
AT_ONCE = 100
STREAM: dict[str, Any] = {"responses": {200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}}}
Number = Annotated[int, Query(ge=0, le=2**53 - 1)]
_room = threading.BoundedSemaphore(WAITING)
_pause = threading.Event()


@dataclass(frozen=True, slots=True)
class Place:
    """Who looks, and where; a stream is made after its request's context may be over."""

    node: Node
    bearer: Bearer

    @property
    def seat(self) -> Seat:
        """Whose events are looked at."""
        return self.bearer.seat


@router.get("/events", response={200: Events, **PROBLEMS}, summary="What happened since")
def events(request: HttpRequest, after: Number = 0, wait: Annotated[int, Query(ge=0, le=25)] = 0) -> Events:
    """Events behind the number `after`, in order; with `wait`, up to so many seconds until there is one."""
    at = Place(here(), bearer_of(request))
    found = events_after(at.node, at.seat, after, limit=AT_ONCE)
    if not found and wait:
        with _a_place():
            found = next(filter(None, _looks(at, after, wait)), [])
    return Events(
        events=[Event.of(each) for each in found],
        next=found[-1].number if found else after,
        latest=last_event(at.node, at.seat),
    )


@router.get(
    "/events/stream", response={200: None, **PROBLEMS}, openapi_extra=STREAM, summary="What happens, as a stream"
)
def stream(
    request: HttpRequest,
    last_event_id: Annotated[str, Header(alias="Last-Event-ID", pattern=r"^[0-9]{0,15}$")] = "",
    seconds: Annotated[int, Query(ge=0, le=STREAM_SECONDS)] = STREAM_SECONDS,
) -> StreamingHttpResponse:
    """Server-sent events behind `Last-Event-ID`, or from now on without it; ends after a while, then come back."""
    at = Place(here(), bearer_of(request))
    after = int(last_event_id) if last_event_id else last_event(at.node, at.seat)
    first = events_after(at.node, at.seat, after, limit=AT_ONCE)  # Refused before the answer begins, or not at all.
    place = _a_place()
    place.__enter__()
    response = StreamingHttpResponse(_Lines(place, _lines(at, after, first, seconds)))
    response.headers["Content-Type"] = "text/event-stream"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _lines(at: Place, after: int, found: list[EventRead], seconds: int) -> Iterator[bytes]:
    yield b"retry: 1000\n\n"
    yield from map(_line, found)
    after = found[-1].number if found else after
    with suppress(UsageError):  # It ends; whoever comes back is told why.
        for quiet, fresh in enumerate(_looks(at, after, seconds)):
            yield from map(_line, fresh)
            if not fresh and quiet % QUIET_LOOKS == 0:
                yield b": still here\n\n"  # So that whoever is gone is noticed.


def _line(event: EventRead) -> bytes:
    data = json.dumps(Event.of(event).model_dump(), separators=(",", ":"))
    return f"id: {event.number}\nevent: {event.kind}\ndata: {data}\n\n".encode()


def _looks(at: Place, after: int, seconds: int) -> Iterator[list[EventRead]]:
    """What each look finds, twice a second. Raises UsageError once the token has ended."""
    for _ in range(seconds * LOOKS_A_SECOND):
        _pause.wait(1 / LOOKS_A_SECOND)
        open_again(at.node, at.bearer).require(Scope.READ_METADATA)
        found = events_after(at.node, at.seat, after, limit=AT_ONCE)
        after = found[-1].number if found else after
        yield found


@contextmanager
def _a_place() -> Iterator[None]:
    """One of the places for requests that wait. Raises UsageError when all are taken."""
    if not _room.acquire(blocking=False):
        raise UsageError("too-many-streams", limit=WAITING, seconds=5)
    try:
        yield
    finally:
        _room.release()


class _Lines:
    """The lines of a stream, which gives its place back when it ends or its reader is gone."""

    def __init__(self, place: Any, lines: Iterator[bytes]) -> None:
        self._place = place
        self._lines = lines

    def __iter__(self) -> Iterator[bytes]:
        return self._lines

    def close(self) -> None:
        """Called once by Django, when the answer is out or given up."""
        self._place.__exit__(None, None, None)
