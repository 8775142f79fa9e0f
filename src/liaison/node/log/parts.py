"""Which record parts does this node keep, and which may it show? Those the folded log names, while it names them.

Invariants: called inside a unit of work; a part is kept only under the digest an entry names; what no entry names any
more is erased here, its digest stays; a part made here and not yet in the log is a draft and is not shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from liaison.errors import UsageError
from liaison.node.log.views import RowsView
from liaison.node.models import RecordPart
from liaison.node.node import Node
from liaison.register import records
from liaison.register.bodies import DeskNominated, DeskPublished, NodePublished
from liaison.register.entries import Entry
from liaison.register.facts import NodeState, NominationState
from liaison.register.state import RegisterListing

DRAFT, CURRENT, ERASED = "draft", "current", "erased"
PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class NamedPart:
    """A part as the log names it: whose it is, who may see it, its digest."""

    owner: str
    node: str
    audience: str
    digest: str


def parts_of_entry(entry: Entry) -> set[str]:
    """The digests of the parts an entry names."""
    match entry.body:
        case DeskPublished(parts=parts) | DeskNominated(parts=parts):
            return {part.digest for part in parts}
        case NodePublished(desks=desks, address=address):
            keys = {desk.sealing for desk in desks} | {desk.openpgp for desk in desks if desk.openpgp}
            return keys | {address}
    return set()


def current_parts(view: RegisterListing) -> Iterator[NamedPart]:
    """Every part the view names now."""
    for state in view.participants():
        for node in state.nodes.values():
            if node.retired_index is None:
                yield from _parts_of_node(state.id, node)
    for nomination in view.nominations():
        yield from _parts_of_nomination(nomination)


def _parts_of_node(owner: str, node: NodeState) -> Iterator[NamedPart]:
    if node.publication is not None:
        body = node.publication.body
        yield NamedPart(owner, node.node, PUBLIC, body.address)
        for keys in body.desks:
            yield NamedPart(owner, node.node, PUBLIC, keys.sealing)
            if keys.openpgp is not None:
                yield NamedPart(owner, node.node, PUBLIC, keys.openpgp)
    for desk in node.desks.values():
        if desk.withdrawn_index is None:
            for part in desk.parts:
                yield NamedPart(owner, node.node, part.audience, part.digest)


def _parts_of_nomination(nomination: NominationState) -> Iterator[NamedPart]:
    if not nomination.withdrawn:
        for part in nomination.parts:
            yield NamedPart("register", "", part.audience, part.digest)


def keep_parts(node: Node, register: str, entries: Sequence[Entry], parts: Iterable[bytes]) -> None:
    """Keep the parts that came with entries. Raises `UsageError` for one that no entry names."""
    named = {digest for entry in entries for digest in parts_of_entry(entry)}
    found = [records.decode_record(part) for part in parts]
    for record in found:
        if record.digest not in named:
            raise UsageError("part-not-named", digest=record.digest)
    keep_records(node, register, found, state=CURRENT)
    if named:
        sweep(register)


def keep_records(node: Node, register: str, found: Iterable[records.Record], *, state: str) -> None:
    """Store parts whose digests were checked."""
    now = node.clock.now()
    rows = [
        RecordPart(
            register=register,
            digest=record.digest,
            audience=record.audience,
            part=records.encode_record(record),
            state=state,
            stored_at=now,
        )
        for record in found
    ]
    RecordPart.objects.bulk_create(
        rows,
        batch_size=50,
        update_conflicts=True,
        unique_fields=["register", "digest"],
        update_fields=["audience", "part", "state"],
    )


def sweep(register: str) -> int:
    """Erase the parts that neither trusted nor pending facts name, and open those now named; how many were erased."""
    named = {part.digest for pending in (False, True) for part in current_parts(RowsView(register, pending=pending))}
    held = RecordPart.objects.filter(register=register)
    drafts = held.filter(state=DRAFT).values_list("digest", flat=True)
    held.filter(digest__in=[digest for digest in drafts if digest in named]).update(state=CURRENT)
    gone = [digest for digest in held.filter(state=CURRENT).values_list("digest", flat=True) if digest not in named]
    for start in range(0, len(gone), 500):
        held.filter(digest__in=gone[start : start + 500]).update(state=ERASED, part=b"")
    return len(gone)
