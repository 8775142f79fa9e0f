"""What does the register say: who takes part, which desks there are, what changed, and what proves it?

Invariants: only the register of the token's desk; what no quorum stands behind says so (`trusted`); a proof was
verified here before it is given out.
"""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router

from liaison.api.authentication import bearer_of, scoped
from liaison.api.conditional import unless_known
from liaison.api.cursors import LONGEST, next_cursor, read_cursor
from liaison.api.problems import BINARY, PROBLEMS, TEXT
from liaison.api.shapes import register as shapes
from liaison.api.shapes.base import HASH, LOCAL_ID, WORDS, Instant
from liaison.errors import NotNowError, UsageError
from liaison.node.current import here
from liaison.node.reads import explorer
from liaison.node.reads.proofs import prove_entry
from liaison.node.reads.register import directory, followed
from liaison.node.reads.writing.centres import desk_card
from liaison.officers.tokens import Scope
from liaison.register.vocabulary import REGISTER, DeskKind
from liaison.wire.identifiers import format_instant, parse_instant

router = Router(tags=["register"], auth=scoped(Scope.READ_REGISTER))
Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=LONGEST, pattern=r"^[A-Za-z0-9_-]*$")]
Index = Annotated[int, Path(ge=0, le=2**53 - 1)]
WHO = rf"{HASH}|^{REGISTER}$"
"""A participant; the secretariat is one, under the name that it has in every register."""
ParticipantId = Annotated[str, Path(pattern=WHO)]


@router.get("", response={200: shapes.Register, **PROBLEMS}, summary="The register and how far it is known")
def register(request: HttpRequest) -> shapes.Register:
    """Its name, how many entries this node holds, and up to where a quorum of witnesses stands behind them."""
    row = followed(here(), _register(request))
    return shapes.Register(
        register_id=row.register,
        title=row.title,
        origin=row.origin,
        rehearsal=row.rehearsal,
        size=row.size,
        trusted_size=row.trusted_size,
        checked_at=format_instant(row.checked_at) if row.checked_at else None,
        stopped=row.stopped,
    )


@router.get("/checkpoint", response={200: None, **PROBLEMS}, openapi_extra=TEXT, summary="The trusted checkpoint")
def checkpoint(request: HttpRequest) -> HttpResponse:
    """The largest checkpoint with a quorum, as a signed note (C2SP tlog-checkpoint) with its cosignatures."""
    note = bytes(followed(here(), _register(request)).trusted_checkpoint)
    if not note:
        raise NotNowError("register-not-trusted-yet", register=_register(request))
    return unless_known(request, HttpResponse(note, content_type="text/plain; charset=utf-8"))


@router.get("/participants", response={200: shapes.Participants, **PROBLEMS}, summary="Who takes part")
def participants(request: HttpRequest, cursor: Cursor = None, limit: Limit = 100) -> shapes.Participants:
    """Participants in the order they were admitted."""
    found = directory(here(), _register(request))
    after = read_cursor("participants", cursor)
    states = [state for state in found.participants.values() if after is None or state.admitted_index > after]
    states.sort(key=lambda state: state.admitted_index)
    page = states[:limit]
    return shapes.Participants(
        participants=[shapes.Participant.of(state, found.codes[state.id]) for state in page],
        next=next_cursor("participants", page[-1].admitted_index) if len(states) > limit else None,
    )


@router.get("/participants/{participant}", response={200: shapes.Participant, **PROBLEMS}, summary="One participant")
def participant(request: HttpRequest, participant: ParticipantId) -> shapes.Participant:
    """One participant by its whole id."""
    found = directory(here(), _register(request))
    state = found.participants.get(participant)
    if state is None:
        raise UsageError("participant-not-found", participant=participant[:16])
    return shapes.Participant.of(state, found.codes[state.id])


@router.get("/desks", response={200: shapes.RegisteredDesks, **PROBLEMS}, summary="Search contact centres")
def desks(
    request: HttpRequest,
    *,
    words: Annotated[str, Query(max_length=200, pattern=WORDS)] = "",
    kind: Annotated[DeskKind | None, Query()] = None,
    participant: Annotated[str, Query(pattern=rf"^$|{WHO}")] = "",
    code: Annotated[str, Query(pattern=r"^$|^[A-Z]{2}$")] = "",
    cursor: Cursor = None,
    limit: Limit = 100,
) -> shapes.RegisteredDesks:
    """The contact centres that bear all of these words, of a kind, a participant or a code."""
    found = directory(here(), _register(request))
    rows = found.find(words) if words.strip() else found.desks(code=code or None)
    after = read_cursor("desks", cursor)
    rows = tuple(
        each
        for each in sorted(rows, key=lambda each: each.index)
        if kind in (None, each.kind)
        and participant in ("", each.participant)
        and (not code or code in each.codes)
        and (after is None or each.index > after)
    )
    page = rows[:limit]
    return shapes.RegisteredDesks(
        desks=[shapes.RegisteredDesk.of(each) for each in page],
        next=next_cursor("desks", page[-1].index) if len(rows) > limit else None,
    )


@router.get(
    "/desks/{participant}/{desk}", response={200: shapes.DeskCardShape, **PROBLEMS}, summary="One contact centre"
)
def desk(
    request: HttpRequest, participant: ParticipantId, desk: Annotated[str, Path(pattern=LOCAL_ID)]
) -> shapes.DeskCardShape:
    """A contact centre with what its owner lets this node read: mailbox, telephone, hours, local time."""
    entry = directory(here(), _register(request)).desk(participant, desk)
    if entry is None:
        raise UsageError("desk-not-found", participant=participant[:16], desk=desk)
    card = desk_card(here(), _register(request), entry)
    there = card.local_time(here().clock.now())
    return shapes.DeskCardShape.of(card, there.isoformat(timespec="minutes") if there else None)


@router.get("/entries", response={200: shapes.LogEntries, **PROBLEMS}, summary="Changes since")
def entries(
    request: HttpRequest,
    *,
    since: Annotated[Instant | None, Query()] = None,
    kind: Annotated[str, Query(pattern=r"^[a-z.]{0,32}$")] = "",
    participant: Annotated[str, Query(pattern=rf"^$|{WHO}")] = "",
    cursor: Cursor = None,
    limit: Limit = 100,
) -> shapes.LogEntries:
    """Entries of the log, the oldest first; keep `next` and ask again with it for what has changed since.

    With `since`, from the first entry that may have come in at that instant.
    """
    node, name = here(), _register(request)
    first = read_cursor("entries", cursor)
    if first is None:
        first = explorer.first_index_since(node, name, parse_instant(since)) if since else 0
    wanted = explorer.Wanted(kind=kind, participant=participant)
    rows = explorer.entries_from(node, name, first, wanted, limit=limit)
    return shapes.LogEntries(
        entries=[shapes.LogEntry.of(each) for each in rows],
        next=next_cursor("entries", rows[-1].index + 1 if rows else first),
    )


@router.get("/entries/{index}", response={200: shapes.WholeEntry, **PROBLEMS}, summary="One entry")
def entry(request: HttpRequest, index: Index) -> shapes.WholeEntry:
    """One leaf with its words, its signers and what came of it."""
    return shapes.WholeEntry.of(explorer.show_entry(here(), _register(request), index))


@router.get("/entries/{index}/proof", response={200: None, **PROBLEMS}, openapi_extra=BINARY, summary="Its proof")
def proof(request: HttpRequest, index: Index) -> HttpResponse:
    """A proof that the entry stands in the log, for anybody to check without this node (docs/spec/proof.md)."""
    data = prove_entry(here(), _register(request), index)
    return unless_known(request, HttpResponse(data, content_type="application/octet-stream"))


def _register(request: HttpRequest) -> str:
    return bearer_of(request).seat.register
