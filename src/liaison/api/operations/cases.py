"""Which cases does the desk have, what was said in them, and who has it?

Invariants: only what the token's own desk has, never what another shares with it; what was said only for a token with
`read-cases`, and never in a case that is closed to named officers.
"""

from __future__ import annotations

from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router

from liaison.api.authentication import bearer_of, reader_of, scoped
from liaison.api.cursors import next_cursor, read_cursor
from liaison.api.operations.register import Cursor, Limit
from liaison.api.problems import BINARY, PROBLEMS
from liaison.api.shapes import cases as shapes
from liaison.api.shapes.base import HASH, UUID
from liaison.errors import UsageError
from liaison.messages.parties import DeskRef
from liaison.node.current import here
from liaison.node.reads.desk.listing import Filter, cases_below
from liaison.node.reads.desk.receipts import receipts_of
from liaison.node.reads.desk.thread import read_thread
from liaison.node.reads.inbox import Opened, messages_below, show_message
from liaison.node.services.line.transcripts import export_transcript
from liaison.node.services.people.audit import note
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.tokens import Scope

router = Router(tags=["cases"], auth=scoped(Scope.READ_METADATA))
Identifier = Annotated[str, Path(pattern=UUID)]
FormName = Annotated[str, Query(pattern=r"^[a-z0-9-]{0,32}$")]


@router.get("/cases", response={200: shapes.Cases, **PROBLEMS}, summary="List cases")
def cases(
    request: HttpRequest,
    *,
    state: Annotated[Literal["", "open", "closed", "archived"], Query()] = "",
    urgency: Annotated[Literal["", "routine", "urgent", "emergency"], Query()] = "",
    turn: Annotated[Literal["", "ours", "theirs", "nobody"], Query()] = "",
    form: FormName = "",
    participant: Annotated[str, Query(pattern=rf"^$|{HASH}")] = "",
    exercise: Annotated[Literal["", "yes", "no"], Query()] = "",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> shapes.Cases:
    """The cases of the desk, the last opened first. For what changed since, read the events."""
    bearer = bearer_of(request)
    wanted = Filter(state=state, urgency=urgency, turn=turn, form=form, participant=participant, exercise=exercise)
    below = read_cursor("cases", cursor)
    found = cases_below(here(), bearer.seat.desk, wanted, below=below, limit=limit + 1, reader=reader_of(bearer))
    page = found[:limit]
    return shapes.Cases(
        cases=[shapes.Case.of(row) for _, row in page],
        next=next_cursor("cases", page[-1][0]) if len(found) > limit else None,
    )


@router.get("/cases/{case}", response={200: shapes.WholeCase, **PROBLEMS}, summary="One case")
def case(request: HttpRequest, case: Identifier) -> shapes.WholeCase:
    """A case with its thread in order, what is owed an acknowledgement, and what is known to be missing."""
    bearer = bearer_of(request)
    return shapes.WholeCase.of(read_thread(here(), bearer.seat.desk, case, reader=reader_of(bearer)))


@router.get(
    "/cases/{case}/transcript",
    response={200: None, **PROBLEMS},
    auth=scoped(Scope.READ_CASES),
    openapi_extra=BINARY,
    summary="Its transcript",
)
def transcript(request: HttpRequest, case: Identifier) -> HttpResponse:
    """The case as one file that anybody verifies offline (docs/spec/transcript.md); that it was taken is noted."""
    bearer = bearer_of(request)
    require_readable(request, case)
    data = export_transcript(here(), case, own=bearer.seat.desk)
    with unit_of_work(here()):
        note(here(), "transcript-exported", officer=bearer.officer, subject=case)
    return HttpResponse(data, content_type="application/octet-stream")


@router.get("/messages", response={200: shapes.Messages, **PROBLEMS}, summary="List messages")
def messages(
    request: HttpRequest,
    *,
    direction: Annotated[Literal["in", "out"], Query()] = "in",
    owed: Annotated[bool, Query()] = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> shapes.Messages:
    """What came in or went out, the newest first; `owed=true` leaves what nobody has acknowledged yet."""
    name, desk = f"messages-{direction}", bearer_of(request).seat.desk
    below, received = read_cursor(name, cursor), direction == "in"
    found = messages_below(here(), desk, received=received, owed=owed, below=below, limit=limit + 1)
    page = found[:limit]
    return shapes.Messages(
        messages=[shapes.Message.of(listed) for _, listed in page],
        next=next_cursor(name, page[-1][0]) if len(found) > limit else None,
    )


@router.get("/messages/{message}", response={200: shapes.WholeMessage, **PROBLEMS}, summary="One message")
def message(request: HttpRequest, message: Identifier) -> shapes.WholeMessage:
    """A message with what it says; `contents` is null where the token may see metadata only."""
    opened = show_message(here(), message, own=bearer_of(request).seat.desk)
    readable = reader_of(bearer_of(request)).may(opened.listed.case)
    return shapes.WholeMessage.of(opened, readable=readable)


@router.get("/messages/{message}/receipts", response={200: shapes.Receipts, **PROBLEMS}, summary="Its receipts")
def receipts(request: HttpRequest, message: Identifier) -> shapes.Receipts:
    """The signed receipts: those that came for each copy of what was sent, or that this node gave for what came in."""
    found = receipts_of(here(), bearer_of(request).seat.desk, message)
    return shapes.Receipts(receipts=[shapes.Receipt.of(each) for each in found])


def require_readable(request: HttpRequest, case: str) -> None:
    """Return if the token may see what was said in the case. Raises UsageError."""
    if not reader_of(bearer_of(request)).may(case):
        raise UsageError("case-closed", case=case)


def readable_message(request: HttpRequest, message: str) -> Opened:
    """A message of the desk whose contents the token may see. Raises UsageError."""
    opened = show_message(here(), message, own=own_desk(request))
    require_readable(request, opened.listed.case)
    return opened


def own_desk(request: HttpRequest) -> DeskRef:
    """The desk of the token."""
    return bearer_of(request).seat.desk
