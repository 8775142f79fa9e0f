"""Which record parts does this node keep, and which may it show? Those the folded log names, while it names them.

Invariants: called inside a unit of work; a part is kept only under the digest an entry names; what no entry names any
more is erased here, its digest stays; a part made here and not yet in the log is a draft and is not shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import F

from liaison.errors import MalformedError, UsageError, VerificationError
from liaison.node.log.rows import change_each
from liaison.node.log.views import NOMINATION, PARTICIPANT
from liaison.node.models import FactRow, FollowedRegister, RecordPart
from liaison.node.node import Node
from liaison.node.work.statements import fetch
from liaison.register import records
from liaison.register.bodies import DeskNominated, DeskPublished, ImplementationReported, NodePublished
from liaison.register.entries import Entry
from liaison.register.facts import NodeState, NominationState, ParticipantState, decode_fact
from liaison.register.state import RegisterListing
from liaison.register.vocabulary import ShownTo

DRAFT, CURRENT, ERASED = "draft", "current", "erased"
REFUSED = "refused"
"""Asked for and not given: without bytes, `stored_at` says when."""
PUBLIC = "public"
NAMED = ShownTo.NAMED.value
"""The audience of a part of a report that the log does not say: only its owner knows whom to give it."""


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
        case DeskPublished(parts=parts) | DeskNominated(parts=parts) | ImplementationReported(parts=parts):
            return {part.digest for part in parts}
        case NodePublished(desks=desks, address=address):
            keys = {desk.sealing for desk in desks} | {desk.openpgp for desk in desks if desk.openpgp}
            return keys | {address}
    return set()


def parts_to_hand_in(entry: Entry) -> set[str]:
    """Those of them that go to the secretariat: not the parts of a report that are for named participants."""
    if isinstance(entry.body, ImplementationReported):
        return {part.digest for part in entry.body.parts if part.to is not ShownTo.NAMED}
    return parts_of_entry(entry)


def current_parts(view: RegisterListing) -> Iterator[NamedPart]:
    """Every part the view names now."""
    for state in view.participants():
        yield from _parts_of_participant(state)
    for nomination in view.nominations():
        yield from _parts_of_nomination(nomination)


def _parts_of_participant(state: ParticipantState) -> Iterator[NamedPart]:
    for node in state.nodes.values():
        yield from _parts_of_node(state.id, node)
    for reported in state.reports_standing():
        for part in reported.body.parts:
            yield NamedPart(state.id, reported.node, part.to.value, part.digest)


def _parts_of_node(owner: str, node: NodeState) -> Iterator[NamedPart]:
    if node.retired_index is not None:
        return
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


def keep_records(node: Node, register: str, found: Iterable[records.Record], *, state: str) -> None:
    """Store parts whose digests were checked, and count that some came."""
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
    if not rows:
        return
    FollowedRegister.objects.filter(register=register).update(parts_kept=F("parts_kept") + 1)
    RecordPart.objects.bulk_create(
        rows,
        batch_size=50,
        update_conflicts=True,
        unique_fields=["register", "digest"],
        update_fields=["audience", "part", "state"],
    )


def refuse_parts(node: Node, register: str, parts: Iterable[NamedPart]) -> None:
    """Note that these were asked for and not given, so that they are not asked for again at once."""
    now = node.clock.now()
    rows = [
        RecordPart(
            register=register, digest=each.digest, audience=each.audience, part=b"", state=REFUSED, stored_at=now
        )
        for each in parts
    ]
    RecordPart.objects.bulk_create(
        rows,
        batch_size=50,
        update_conflicts=True,
        unique_fields=["register", "digest"],
        update_fields=["state", "stored_at"],
    )


def read_parts(register: str, digests: Sequence[str]) -> dict[str, records.Content]:
    """What stands in those of these parts that are held here, by digest; called inside a unit of reading or work."""
    found: dict[str, records.Content] = {}
    rows = RecordPart.objects.filter(register=register, digest__in=digests).exclude(part=b"")
    for digest, part in rows.values_list("digest", "part"):
        try:
            found[digest] = records.read_content(records.verify_record(bytes(part), digest).part)
        except (MalformedError, VerificationError):  # Bytes that rotted say nothing.
            continue
    return found


def exchange_parts(register: str, facts: Sequence[tuple[str, str, bytes]]) -> None:
    """Before these facts (kind, name, bytes) become trusted: erase the parts only the old ones name, open the new."""
    gone: set[str] = set()
    named: set[str] = set()
    for kind, name, data in facts:
        if kind in (PARTICIPANT, NOMINATION):
            named |= digests_of(kind, data)
            for (old,) in fetch(FactRow, ("data",), register=register, kind=kind, name=name, pending=False):
                gone |= digests_of(kind, bytes(old))
    _change(register, sorted(gone - named), CURRENT, state=ERASED, part=b"")
    _change(register, sorted(named - gone), DRAFT, state=CURRENT)


def digests_of(kind: str, data: bytes) -> set[str]:
    """The parts a stored fact names."""
    if kind == NOMINATION:
        return {part.digest for part in _parts_of_nomination(decode_fact(data, NominationState))}
    return {part.digest for part in _parts_of_participant(decode_fact(data, ParticipantState))}


def _change(register: str, digests: Sequence[str], before: str, **values: object) -> None:
    change_each(RecordPart, values, ("register", "digest", "state"), [(register, each, before) for each in digests])
