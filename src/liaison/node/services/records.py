"""How do record parts travel? Any participant serves the current ones; each asks only for what its audience may see.

Invariants: who asks is known by the HTTP key that signed the request; a part is checked against the digest in the log
before it is kept; what cannot be had shows as withheld, what the log names no more as erased.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from liaison.errors import LiaisonError, UsageError
from liaison.keys.public import Purpose
from liaison.node.keyring import signer
from liaison.node.log.parts import CURRENT, PUBLIC, NamedPart, current_parts, keep_records
from liaison.node.log.sources import mirrors
from liaison.node.log.views import RowsView
from liaison.node.models import RecordPart
from liaison.node.node import Node
from liaison.node.peering import PeerAddress, PeerRequest
from liaison.node.reads.own import Hosting, hostings
from liaison.node.reads.register import peer_address
from liaison.node.unit_of_work import catching_up, reading, unit_of_work
from liaison.register import records
from liaison.register.lookup import live_desks
from liaison.register.state import RegisterView
from liaison.register.vocabulary import REGISTER


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
    if caller[0] == REGISTER or (reader is not None and records.may_see(row.audience, reader)):
        return True
    named = current_parts(RowsView(register, pending=True))
    return any(part.digest == row.digest and part.owner == caller[0] for part in named)


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
    doors = mirrors(node, register)
    me = next(iter(hostings(node, register=register)), None)
    fetched, withheld = 0, []
    for part in missing:
        record = _fetch(node, register, part, me, _doors(node, register, part, doors))
        if record is None:
            withheld.append(part.digest)
            continue
        with unit_of_work(node):
            keep_records(node, register, [record], state=CURRENT)
        fetched += 1
    return Fetched(fetched, tuple(withheld))


def _missing(node: Node, register: str) -> list[NamedPart]:
    """Named now, not here, and for an audience this node is in."""
    own = hostings(node, register=register)
    with reading(node):
        view = RowsView(register, pending=True)
        held = set(RecordPart.objects.filter(register=register).exclude(part=b"").values_list("digest", flat=True))
        readers = [reader for each in own if (reader := reader_of(view, each.participant, each.node))]
        names = {each.participant for each in own}
        return [
            part
            for part in current_parts(view)
            if part.digest not in held and (part.owner in names or _for_one(part.audience, readers))
        ]


def _for_one(audience: str, readers: Iterable[records.Reader]) -> bool:
    return audience == PUBLIC or any(records.may_see(audience, reader) for reader in readers)


def _doors(node: Node, register: str, part: NamedPart, doors: list[PeerAddress]) -> list[PeerAddress]:
    """The owner's own door first, then the mirrors."""
    own = peer_address(node, register, part.owner, part.node) if part.node else None
    return [*([own] if own else []), *(door for door in doors if own is None or door.url != own.url)][:4]


def _fetch(
    node: Node, register: str, part: NamedPart, me: Hosting | None, doors: list[PeerAddress]
) -> records.Record | None:
    http = None
    if me is not None and part.audience != PUBLIC:
        place = {"register": register, "participant": me.participant, "node_id": me.node}
        http = signer(node, purpose=Purpose.HTTP, **place)
    for door in doors:
        try:
            answer = node.link.call(
                door, PeerRequest("GET", f"/registers/{register}/records/{part.digest}", signer=http, limit=1 << 17)
            )
            if answer.status == 200:
                return records.verify_record(answer.body, part.digest)
        except LiaisonError:
            continue
    return None
