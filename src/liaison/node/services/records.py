"""How do record parts travel? Any participant serves the current ones; each asks only for what its audience may see.

Invariants: who asks is known by the HTTP key that signed the request; a part is checked against the digest in the log
before it is kept; what cannot be had shows as withheld, what the log names no more as erased. Mirrors are asked first,
many parts at once, then each owner for what is left; every batch is kept as it comes, so a broken line loses one.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from liaison.errors import LiaisonError, UnreachableError, UsageError
from liaison.keys.ports import Signer
from liaison.keys.public import Purpose
from liaison.node.keyring import signer
from liaison.node.log import batches
from liaison.node.log.parts import CURRENT, PUBLIC, NamedPart, current_parts, keep_records
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
    wanted = {part.digest: part for part in missing}
    own = _own_signer(node, register)
    for door in islice(mirrors(node, register), MIRRORS):
        _take_from(node, register, door, wanted, own)
    for owner in dict.fromkeys((part.owner, part.node) for part in wanted.values() if part.node):
        owned = peer_address(node, register, *owner)
        if owned is not None:
            theirs = {digest: part for digest, part in wanted.items() if (part.owner, part.node) == owner}
            _take_from(node, register, owned, theirs, own)
            wanted = {digest: part for digest, part in wanted.items() if (part.owner, part.node) != owner} | theirs
    return Fetched(len(missing) - len(wanted), tuple(wanted))


def _own_signer(node: Node, register: str) -> Signer | None:
    """The HTTP key that shows whose audience this node is in, if it is in any."""
    me = next(iter(hostings(node, register=register)), None)
    if me is None:
        return None
    return signer(node, purpose=Purpose.HTTP, register=register, participant=me.participant, node_id=me.node)


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


def _take_from(node: Node, register: str, door: PeerAddress, wanted: dict[str, NamedPart], own: Signer | None) -> None:
    """Fetch from one door what it gives, and take that out of `wanted`. What everybody may have travels packed."""
    for public in (True, False):
        asked = [digest for digest, part in wanted.items() if (part.audience == PUBLIC) is public]
        try:
            while asked:
                lines = _ask(node, register, door, asked[: batches.MOST], signer=None if public else own)
                found = [
                    records.verify_record(line, digest) for digest, line in zip(asked, lines, strict=False) if line
                ]
                with unit_of_work(node):
                    keep_records(node, register, found, state=CURRENT)
                for record in found:
                    del wanted[record.digest]
                asked = asked[len(lines) :]
        except LiaisonError as error:
            log.info("a door gave no record parts: %s", error.code)
            return


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
