"""How do record parts travel? Any participant serves the current ones; each asks only for what its audience may see.

Invariants: who asks is known by the HTTP key that signed the request, so an installation of several participants asks
for each part as those of them that may have it; a part is checked against the digest in the log before it is kept; what
cannot be had shows as withheld, what the log names no more as erased. Mirrors are asked first, many parts at once, then
each owner for what is left; every batch is kept as it comes, so a broken line loses one.
Parts of reports for named participants are had from their owner alone: the log does not say who is named, the
secretariat is given none, and what an owner refused is asked for again a day later.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from liaison.errors import LiaisonError, UnreachableError, UsageError
from liaison.keys.ports import Signer
from liaison.keys.public import Purpose
from liaison.node.keyring import signer
from liaison.node.log import batches
from liaison.node.log.parts import (
    CURRENT,
    NAMED,
    PUBLIC,
    REFUSED,
    NamedPart,
    current_parts,
    keep_records,
    refuse_parts,
)
from liaison.node.log.sources import mirrors
from liaison.node.log.views import RowsView
from liaison.node.models import RecordPart
from liaison.node.node import Node
from liaison.node.peering import PeerAddress, PeerRequest
from liaison.node.reads.own import hostings
from liaison.node.reads.register import peer_address
from liaison.node.unit_of_work import catching_up, reading, unit_of_work
from liaison.register import records
from liaison.register.lookup import live_desks
from liaison.register.state import RegisterView
from liaison.register.vocabulary import REGISTER

MIRRORS = 4
AGAIN = timedelta(days=1)
GAVE_NONE = "a door gave no record parts: %s"

log = logging.getLogger("liaison.mirror")


@dataclass(frozen=True, slots=True)
class Fetched:
    """How many parts were fetched, and the digests that nobody gave."""

    fetched: int
    withheld: tuple[str, ...]


def serve_record(node: Node, *, register: str, digest: str, caller: tuple[str, str] | None) -> bytes:
    """The carried part, for a caller (participant, node) in its audience. Raises `UsageError` otherwise."""
    with reading(node):
        row = RecordPart.objects.filter(register=register, digest=digest, state=CURRENT).first()
        if row is None:
            raise UsageError("record-not-served", digest=digest)
        if row.audience != PUBLIC and not _may_see(register, row, caller):
            raise UsageError("record-not-served", digest=digest)
        return bytes(row.part)


def _may_see(register: str, row: RecordPart, caller: tuple[str, str] | None) -> bool:
    if caller is None:
        return False
    reader = reader_of(RowsView(register), *caller)
    if reader is not None and records.may_see(row.audience, reader):
        return True
    if caller[0] == REGISTER:
        return not _is_for_named(row)
    named = current_parts(RowsView(register, pending=True))
    return any(part.digest == row.digest and part.owner == caller[0] for part in named)


def _is_for_named(row: RecordPart) -> bool:
    """Whether it is a part of a report for participants whom nobody but its owner needs to know."""
    kind = records.decode_record(bytes(row.part)).part.kind
    return kind is records.RecordKind.IMPLEMENTATION and row.audience.partition(":")[0] == NAMED


def reader_of(view: RegisterView, participant: str, node_id: str) -> records.Reader | None:
    """Who asks, as the trusted register knows it."""
    state = view.participant(participant)
    if state is None or state.succeeded_by is not None:
        return None
    node = state.nodes.get(node_id)
    kinds = frozenset(desk.kind for desk in live_desks(node)) if node else frozenset()
    return records.Reader(participant, state.type, kinds)


@catching_up()
def fetch_records(node: Node, *, register: str) -> Fetched:
    """Fetch the parts the log names that this node may see and does not have."""
    missing = _missing(node, register)
    if not missing:
        return Fetched(0, ())
    wanted = {part.digest: part for part in missing if part.audience != NAMED}
    asked, given = len(wanted), _take_named(node, register, [part for part in missing if part.audience == NAMED])
    askers = _askers(node, register)
    for door in islice(mirrors(node, register), MIRRORS):
        _take_from(node, register, door, wanted, askers)
    for owner in dict.fromkeys((part.owner, part.node) for part in wanted.values() if part.node):
        owned = peer_address(node, register, *owner)
        if owned is not None:
            theirs = {digest: part for digest, part in wanted.items() if (part.owner, part.node) == owner}
            _take_from(node, register, owned, theirs, askers)
            wanted = {digest: part for digest, part in wanted.items() if (part.owner, part.node) != owner} | theirs
    return Fetched(asked - len(wanted) + given, tuple(wanted))


def _take_named(node: Node, register: str, parts: Sequence[NamedPart]) -> int:
    """Ask each owner for parts that only it can give, as each participant this node is run for; how many came."""
    given = 0
    askers = _askers(node, register) if parts else []
    for owner in dict.fromkeys((part.owner, part.node) for part in parts):
        door = peer_address(node, register, *owner)
        left = {part.digest: part for part in parts if (part.owner, part.node) == owner}
        count, refused = len(left), set(left)
        if door is None:
            continue
        try:
            for asker in askers:
                refused &= _take(node, register, door, left, asker)
        except LiaisonError as error:  # Whether it refuses is not known.
            refused = set()
            log.info(GAVE_NONE, error.code)
        given += count - len(left)
        with unit_of_work(node):
            refuse_parts(node, register, [left[digest] for digest in sorted(refused & left.keys())])
    return given


@dataclass(frozen=True, slots=True)
class _Asker:
    """One participant that this installation is run for: the HTTP key it asks with, and what it is in the register."""

    participant: str
    signer: Signer
    reader: records.Reader | None

    def may_have(self, part: NamedPart) -> bool:
        """Whether it owns the part, or is in its audience."""
        readers = (self.reader,) if self.reader is not None else ()
        return part.owner == self.participant or _for_one(part.audience, readers)


def _askers(node: Node, register: str) -> list[_Asker]:
    """Those in whose names this node may ask, if there are any."""
    own = hostings(node, register=register)
    with reading(node):
        view = RowsView(register, pending=True)
        readers = [reader_of(view, me.participant, me.node) for me in own]
    keys = [
        signer(node, purpose=Purpose.HTTP, register=register, participant=me.participant, node_id=me.node) for me in own
    ]
    return [_Asker(me.participant, key, reader) for me, key, reader in zip(own, keys, readers, strict=True)]


def _missing(node: Node, register: str) -> list[NamedPart]:
    """Named now, not here, and for an audience this node is in."""
    own = hostings(node, register=register)
    with reading(node):
        view = RowsView(register, pending=True)
        rows = RecordPart.objects.filter(register=register)
        held = set(rows.exclude(part=b"").values_list("digest", flat=True))
        late = node.clock.now() - AGAIN
        held |= set(rows.filter(state=REFUSED, stored_at__gt=late).values_list("digest", flat=True))
        readers = [reader for each in own if (reader := reader_of(view, each.participant, each.node))]
        names = {each.participant for each in own}
        return [
            part
            for part in current_parts(view)
            if part.digest not in held and (part.owner in names or _for_one(part.audience, readers))
        ]


def _for_one(audience: str, readers: Sequence[records.Reader]) -> bool:
    return (
        audience == PUBLIC
        or (audience == NAMED and any(reader.participant != REGISTER for reader in readers))
        or any(records.may_see(audience, reader) for reader in readers)
    )


def _take_from(
    node: Node, register: str, door: PeerAddress, wanted: dict[str, NamedPart], askers: Sequence[_Asker]
) -> None:
    """Fetch from one door what it gives, and take that out of `wanted`; each part as those that may have it, in turn.

    What everybody may have is asked for in nobody's name and travels packed.
    """
    try:
        _take(node, register, door, wanted, None)
        for asker in askers:
            _take(node, register, door, wanted, asker)
    except LiaisonError as error:
        log.info(GAVE_NONE, error.code)


def _take(node: Node, register: str, door: PeerAddress, wanted: dict[str, NamedPart], asker: _Asker | None) -> set[str]:
    """Fetch as one asker, or as nobody, and take what came out of `wanted`; what was asked for and not given."""
    refused: set[str] = set()
    if asker is None:
        asked = [digest for digest, part in wanted.items() if part.audience == PUBLIC]
    else:
        asked = [digest for digest, part in wanted.items() if part.audience != PUBLIC and asker.may_have(part)]
    while asked:
        lines = _ask(node, register, door, asked[: batches.MOST], signer=asker.signer if asker else None)
        refused |= {digest for digest, line in zip(asked, lines, strict=False) if not line}
        found = [records.verify_record(line, digest) for digest, line in zip(asked, lines, strict=False) if line]
        with unit_of_work(node):
            keep_records(node, register, found, state=CURRENT)
        for record in found:
            del wanted[record.digest]
        asked = asked[len(lines) :]
    return refused


def _ask(
    node: Node, register: str, door: PeerAddress, digests: Sequence[str], *, signer: Signer | None
) -> tuple[bytes, ...]:
    request = PeerRequest(
        "POST",
        f"/registers/{register}/records",
        body=batches.format_request(digests),
        content_type="text/plain",
        signer=signer,
        limit=batches.ANSWER_LIMIT,
        packed=signer is None,
    )
    answer = node.link.call(door, request)
    if answer.status != 200:
        raise UnreachableError("mirror-refused", status=answer.status)
    return batches.parse_answer(answer.body, asked=len(digests))
