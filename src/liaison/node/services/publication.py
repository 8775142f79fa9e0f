"""What does a node say of itself? Its desks and their keys, its address, its resources; each with its record parts.

    declare_desk     what a desk is, kept here until published
    publish_node     one `node.published` and a `desk.published` for every desk that changed, handed in together
    confirm_desk     the same `desk.published` once more: what stood there still holds
    withdraw_desk · publish_resources · attest

Invariants: a desk's sealing key is made before the entry that names it and is in the vault before anyone can use it;
contact data stands in record parts only, never in an entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec
from django.db.models import Q

from liaison.cooperation.rulebook import check_rulebook
from liaison.errors import UsageError
from liaison.keys.public import PublicKey, Purpose
from liaison.messages.parties import DeskRef
from liaison.node.keyring import create_key, public_of
from liaison.node.log.chain import ChainWriter
from liaison.node.log.parts import DRAFT, keep_records
from liaison.node.log.views import RowsView
from liaison.node.models import HeldKey, OwnDesk, OwnLetterBox, RecordPart
from liaison.node.node import Node
from liaison.node.reads.own import require_writable, setting
from liaison.node.services.mail.keys import published_certificate
from liaison.node.services.secretariat import Handed
from liaison.node.services.submission import hand_in
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.register import records
from liaison.register.bodies import (
    Attested,
    Body,
    DeskKeys,
    DeskPublished,
    DeskWithdrawn,
    Expected,
    NodePublished,
    Part,
    ResourcesPublished,
)
from liaison.register.facts import NodeState
from liaison.register.vocabulary import DeskKind, NodeRef
from liaison.wire.identifiers import encode_base64
from liaison.wire.typed import convert

SALT = 32
WISHES_FOR, RULEBOOK_FOR = "participants", "public"
NO_PROMISE = {"routine": None, "urgent": None, "emergency": None}


@dataclass(frozen=True, slots=True)
class DeskPlan:
    """A desk as its node wants it known; `contacts` are contents by audience."""

    desk: str
    kind: DeskKind
    languages: tuple[str, ...]
    expected: Expected
    contacts: Mapping[str, records.Contact]
    reports: records.ReportWishes | None = None
    """How it wants reports on resources, told to all participants."""
    rulebook: records.Rulebook | None = None
    """What its participant says of requests for cooperation, told to everybody."""


@dataclass(frozen=True, slots=True)
class Place:
    """A node of a participant in a register."""

    register: str
    participant: str
    node: str


def declare_desk(node: Node, place: Place, plan: DeskPlan) -> None:
    """Note what a desk is; a new version of its contact parts gets fresh salts."""
    require_writable(node)
    made = [
        records.make_record(content, audience, salt=node.entropy.draw(SALT))
        for audience, content in sorted(plan.contacts.items())
    ]
    if plan.reports is not None:
        made.append(records.make_record(plan.reports, WISHES_FOR, salt=node.entropy.draw(SALT)))
    if plan.rulebook is not None:
        check_rulebook(plan.rulebook)
        made.append(records.make_record(plan.rulebook, RULEBOOK_FOR, salt=node.entropy.draw(SALT)))
    with unit_of_work(node):
        keep_records(node, place.register, made, state=DRAFT)
        OwnDesk.objects.update_or_create(
            register=place.register,
            participant=place.participant,
            desk=plan.desk,
            defaults={
                "node": place.node,
                "kind": plan.kind.value,
                "languages": list(plan.languages),
                "expected": msgspec.to_builtins(plan.expected),
                "parts": [{"audience": record.audience, "digest": record.digest} for record in made],
            },
        )


def publish_node(node: Node, place: Place, *, made_before: datetime | None = None) -> list[Handed]:
    """Publish desks, keys and address as they are now, with fresh sealing keys for those `made_before` then."""
    require_writable(node)
    with reading(node):
        desks = list(
            OwnDesk.objects.filter(register=place.register, participant=place.participant, node=place.node).order_by(
                "desk"
            )
        )
        state = _state(place)
    keys = tuple(_desk_keys(node, place, row.desk, made_before=made_before) for row in desks)
    address = _address_digest(node, place)
    body = NodePublished(keys, (setting(node, "tls"),) if setting(node, "tls") else (), address)
    wanted: list[Body] = [] if state.publication and state.publication.body == body else [body]
    wanted += [each for row in desks if (each := _desk_body(row)) and not _stands(state, each)]
    return publish_bodies(node, place, wanted)


def confirm_desk(node: Node, place: Place, *, desk: str) -> list[Handed]:
    """Say once more what the register says of a desk. Raises UsageError where that is not what is declared here."""
    with reading(node):
        row = OwnDesk.objects.filter(register=place.register, participant=place.participant, desk=desk).first()
        state = _state(place)
    if row is None:
        raise UsageError("desk-not-found", participant=place.participant[:16], desk=desk)
    body = _desk_body(row)
    if not _stands(state, body):
        raise UsageError("entry-not-as-published", desk=desk)
    return publish_bodies(node, place, [body])


def withdraw_desk(node: Node, place: Place, *, desk: str) -> list[Handed]:
    """Withdraw a desk for good; its id never returns."""
    with unit_of_work(node):
        OwnDesk.objects.filter(register=place.register, participant=place.participant, desk=desk).delete()
    return publish_bodies(node, place, [DeskWithdrawn(desk)])


def publish_resources(node: Node, place: Place, body: ResourcesPublished) -> list[Handed]:
    """Publish the codes, prefixes, AS numbers and domains this node claims, in place of its earlier list."""
    return publish_bodies(node, place, [body])


def attest(node: Node, place: Place, body: Attested) -> list[Handed]:
    """Say over which channel another participant's root fingerprint was checked."""
    return publish_bodies(node, place, [body])


def publish_bodies(node: Node, place: Place, bodies: Iterable[Body]) -> list[Handed]:
    """Sign the bodies as one stretch of the node's chain and hand them in with their parts."""
    require_writable(node)
    writer = ChainWriter(node, place.register, place.participant, place.node)
    envelopes = [writer.write(body) for body in bodies]
    if not envelopes:
        return []
    with reading(node):
        drafts = RecordPart.objects.filter(register=place.register, digest__in=writer.digests)
        parts = [bytes(row.part) for row in drafts.order_by("digest") if row.part]
    handed = hand_in(node, register=place.register, envelopes=envelopes, parts=parts)
    refused = next((each.refusal for each in handed if each.refusal is not None), None)
    if refused is not None:
        raise refused
    return handed


def _state(place: Place) -> NodeState:
    owner = RowsView(place.register, pending=True).participant(place.participant)
    if owner is None or place.node not in owner.nodes:
        raise UsageError("node-not-in-register", participant=place.participant[:16], node=place.node)
    return owner.nodes[place.node]


def _desk_keys(node: Node, place: Place, desk: str, *, made_before: datetime | None) -> DeskKeys:
    key = _newest_key(node, place, desk, made_before)
    if key is None:
        key = create_key(
            node,
            purpose=Purpose.SEALING,
            register=place.register,
            participant=place.participant,
            node_id=place.node,
            desk=desk,
        )
    certificate = published_certificate(node, place.register, DeskRef(place.participant, place.node, desk))
    openpgp = _kept_part(node, place, records.OpenPgp(encode_base64(certificate))) if certificate else None
    return DeskKeys(desk, _kept_part(node, place, records.SealingKey(key)), openpgp)


def _newest_key(node: Node, place: Place, desk: str, made_before: datetime | None) -> PublicKey | None:
    with reading(node):
        rows = HeldKey.objects.filter(
            purpose=Purpose.SEALING.value,
            register=place.register,
            participant=place.participant,
            node=place.node,
            desk=desk,
            retired_at=None,
        )
        row = rows.order_by("-created_at", "-fingerprint").first()
    if row is None or (made_before is not None and row.created_at <= made_before):
        return None
    return public_of(row)


def _kept_part(node: Node, place: Place, content: records.Content) -> str:
    """The digest of the public part with this content: the one published or drafted already, or a new one."""
    with reading(node):
        rows = RecordPart.objects.filter(register=place.register, audience="public").exclude(part=b"")
        own = rows.filter(Q(state=DRAFT) | Q(digest__in=_published_digests(_state(place))))
        for row in own:
            record = records.decode_record(bytes(row.part))
            if records.read_content(record.part) == content:
                return record.digest
    record = records.make_record(content, "public", salt=node.entropy.draw(SALT))
    with unit_of_work(node):
        keep_records(node, place.register, [record], state=DRAFT)
    return record.digest


def _published_digests(state: NodeState) -> list[str]:
    if state.publication is None:
        return []
    body = state.publication.body
    certificates = [keys.openpgp for keys in body.desks if keys.openpgp is not None]
    return [body.address, *(keys.sealing for keys in body.desks), *certificates]


def _address_digest(node: Node, place: Place) -> str:
    url = node.config.address.url
    ways = [records.Address(records.Way.PEER, url, None)] if url else []
    with reading(node):
        boxes = OwnLetterBox.objects.filter(
            register=place.register, participant=place.participant, node=place.node
        ).order_by("since", "by_participant", "by_node")
        keepers = [NodeRef(row.by_participant, row.by_node) for row in boxes]
    ways += [records.Address(records.Way.LETTERBOX, None, keeper) for keeper in keepers]
    mailbox = node.config.mail.address
    mail = [records.Address(records.Way.MAIL, mailbox, None)] if mailbox else []
    content = records.Addresses((*ways, records.Address(records.Way.FILE, None, None), *mail))
    return _kept_part(node, place, content)


def _desk_body(row: OwnDesk) -> DeskPublished:
    return DeskPublished(
        row.desk,
        DeskKind(row.kind),
        tuple(row.languages),
        convert(NO_PROMISE | row.expected, Expected),
        tuple(Part(part["audience"], part["digest"]) for part in row.parts),
    )


def _stands(state: NodeState, body: DeskPublished) -> bool:
    known = state.desks.get(body.desk)
    if known is None or known.withdrawn_index is not None:
        return False
    return (known.kind, known.languages, known.expected, known.parts) == (
        body.kind,
        body.languages,
        body.expected,
        body.parts,
    )
