"""How did a contact centre come to be known, by which keys, and when did anybody last hear from it?

    origins(node, register, entry)               keys, roots, letter, nomination, attestations, call-backs, changes
    last_heard(node, place, desk)                the last line test from here, and the last receipt from there

Invariants: everything stands in the log, and each change names the leaf whose proof can be taken away (`reads.proofs`);
dates of entries are their issuers' word and are shown as such; the newest changes come first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from liaison.errors import LiaisonError
from liaison.messages.parties import DeskRef
from liaison.node.log.tiles import DatabaseTileStore
from liaison.node.models import CallBack, FollowedRegister, LoggedEntry, OutgoingCopy
from liaison.node.node import Node
from liaison.node.reads.facts import register_facts
from liaison.node.reads.register import directory, followed
from liaison.node.reads.writing.drafts import Place
from liaison.node.unit_of_work import reading
from liaison.register import bodies
from liaison.register.entries import Entry, decode_entry
from liaison.register.facts import NominationState
from liaison.register.lookup import DeskEntry
from liaison.tlog.log import read_entries
from liaison.tlog.tiles import WIDTH
from liaison.wire.identifiers import parse_instant

LINE_TEST = "line-test"
OF_DESK = (bodies.DeskPublished, bodies.DeskWithdrawn)


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of the log; `issued` is its issuer's word."""

    index: int
    kind: str
    issued: datetime
    verdict: str
    trusted: bool


@dataclass(frozen=True, slots=True)
class Attested:
    """That another participant compared a root fingerprint, and how."""

    name: str
    fingerprint: str
    channel: str
    index: int


@dataclass(frozen=True, slots=True)
class Origins:
    """How a live desk came to be known."""

    sealing: str
    """The fingerprint of its sealing key; empty while that part is not here."""
    roots: tuple[str, ...]
    threshold: int
    letter: str
    admitted: int
    nominated: tuple[NominationState, ...]
    attested: tuple[Attested, ...]
    witnesses: int
    needed: int
    trusted_size: int
    called_back: tuple[tuple[str, datetime], ...]
    changes: tuple[Change, ...]
    older: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """One message from here to the desk."""

    message_id: str
    case: str
    sent: datetime
    state: str
    settled: datetime | None


def origins(node: Node, register: str, entry: DeskEntry, *, limit: int = 20) -> Origins:
    """What stands behind a live desk. Raises VerificationError for damaged tiles."""
    found, facts = directory(node, register), register_facts(node, register)
    state = found.participants[entry.participant or ""]
    row = followed(node, register)
    changes, older = _changes(node, row, entry, limit)
    policy = facts.globals.policy
    return Origins(
        sealing=_sealing(node, register, entry),
        roots=tuple(key.fingerprint for key in state.roots.keys),
        threshold=state.roots.threshold,
        letter=state.letter or "",
        admitted=state.admitted_index,
        nominated=tuple(each for each in found.nominations if each.code in entry.codes and each.kind is entry.kind),
        attested=tuple(
            Attested(_name(found, who), each.fingerprint, each.channel.value, each.index)
            for who, each in sorted(state.attested.items())
        ),
        witnesses=len(policy.witnesses),
        needed=policy.k,
        trusted_size=row.trusted_size,
        called_back=_called_back(node, register, entry),
        changes=changes,
        older=older,
    )


def last_heard(node: Node, place: Place, desk: DeskRef) -> tuple[Heard | None, Heard | None]:
    """The last line test of an own desk to another, and the last message that the other side receipted."""
    own = {f"message__{name}": value for name, value in place.columns.items()}
    there = {"participant": desk.participant, "node": desk.node, "desk": desk.desk}
    with reading(node):
        rows = OutgoingCopy.objects.filter(**own, **there).select_related("message")
        test = rows.filter(message__form=LINE_TEST).order_by("-pk").first()
        heard = rows.filter(settled_at__isnull=False).order_by("-settled_at").first()
        return _heard(test), _heard(heard)


def _heard(copy: Any) -> Heard | None:
    if copy is None:
        return None
    message = copy.message
    return Heard(message.message_id, message.case, message.composed_at, copy.state, copy.settled_at)


def _name(found: Any, participant: str) -> str:
    state = found.participants.get(participant)
    return state.labels.name if state is not None else participant[:16]


def _sealing(node: Node, register: str, entry: DeskEntry) -> str:
    try:
        desk = DeskRef(entry.participant or "", entry.node or "", entry.desk)
        return register_facts(node, register).sealing_key(desk).fingerprint
    except LiaisonError:  # Not here yet, or void: there is no key to show, and sending says why.
        return ""


def _called_back(node: Node, register: str, entry: DeskEntry) -> tuple[tuple[str, datetime], ...]:
    """Over which channel, and when, officers of this node had its present key read out."""
    with reading(node):
        rows = CallBack.objects.filter(
            register=register, participant=entry.participant, desk=entry.desk, digest=entry.sealing or ""
        )
        return tuple(rows.order_by("confirmed_at").values_list("channel", "confirmed_at"))


def _changes(node: Node, row: FollowedRegister, entry: DeskEntry, limit: int) -> tuple[tuple[Change, ...], bool]:
    """The newest entries of the participant, of the desk's node, and of the desk."""
    found: list[Change] = []
    leaves: dict[int, list[bytes]] = {}
    with reading(node):
        # An admission names nobody yet: its hash becomes the participant's id.
        its_own = Q(participant=entry.participant) | Q(payload_hash=entry.participant)
        rows = LoggedEntry.objects.filter(its_own, register=row.register, index__lt=row.size)
        for logged in rows.order_by("-index").iterator(chunk_size=64):
            if logged.node not in ("", entry.node):
                continue
            bundle, place = divmod(logged.index, WIDTH)
            if bundle not in leaves:
                leaves = {bundle: _bundle(row, bundle)}  # The next ones are older, so an earlier bundle is done with.
            read = decode_entry(leaves[bundle][place])
            if not _concerns(read, entry):
                continue
            if len(found) == limit:
                return tuple(found), True
            issued = parse_instant(read.payload.issued)
            trusted = logged.index < row.trusted_size
            found.append(Change(logged.index, logged.kind, issued, logged.verdict, trusted))
    return tuple(found), False


def _bundle(row: FollowedRegister, number: int) -> list[bytes]:
    """The leaves of one bundle of the log."""
    end = min((number + 1) * WIDTH, row.size)
    return list(read_entries(DatabaseTileStore(row.register), number * WIDTH, end, size=row.size))


def _concerns(read: Entry, entry: DeskEntry) -> bool:
    """Whether an entry of the desk's participant says something about this desk."""
    if isinstance(read.body, OF_DESK):
        return read.body.desk == entry.desk
    if isinstance(read.body, bodies.NodePublished):
        return any(keys.desk == entry.desk for keys in read.body.desks)
    return True


def desks_at(node: Node, register: str, entry: DeskEntry) -> Iterator[DeskEntry]:
    """The other desks of the same participant."""
    for each in directory(node, register).desks(participant=entry.participant):
        if each.desk != entry.desk:
            yield each
