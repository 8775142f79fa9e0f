"""What does each kind of entry say?

One frozen struct a kind; the JSON body has exactly these members, none missing, none more, null written out (what may
be UNSET was added later and is left out where there is nothing to say, so that what was signed before reads the same):

    desk.published  {"desk":"duty","expected":{"emergency":15,"routine":1440,"urgent":60},"kind":"technical",
                     "languages":["en","fr"],"parts":[{"audience":"participants","digest":"5c1f…"}]}

Invariants: bodies hold no personal data, only digests of record parts; a list may hold each item once (rule 15).
Spec page: docs/spec/entries.md.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from liaison.keys.public import PublicKey
from liaison.register.vocabulary import (
    Act,
    Addressees,
    Admission,
    AsNumber,
    Audience,
    Channel,
    Count,
    Date,
    DeskKind,
    Evidence,
    Index,
    Language,
    Link,
    Minutes,
    Networks,
    NodeRef,
    Origin,
    ParticipantType,
    Party,
    ShownTo,
    Small,
    Text,
    Words,
    Year,
)
from liaison.wire.identifiers import CountryCode, Hash, LocalId

Fingerprint = Hash
Ids = Annotated[tuple[Hash, ...], msgspec.Meta(max_length=64)]
Codes = Annotated[tuple[CountryCode, ...], msgspec.Meta(max_length=64)]


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of an entry."""


class Roots(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The root keys of a participant and how many of them must sign."""

    keys: Annotated[tuple[PublicKey, ...], msgspec.Meta(min_length=1, max_length=16)]
    threshold: Annotated[int, msgspec.Meta(ge=1, le=16)]


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The witness policy: k of these nodes must have cosigned."""

    k: Small
    witnesses: Annotated[tuple[NodeRef, ...], msgspec.Meta(max_length=64)]


class RegisterOpened(Body, frozen=True):
    """register.opened: leaf 0."""

    origin: Origin
    title: Text
    rehearsal: bool
    log_keys: Annotated[tuple[PublicKey, ...], msgspec.Meta(min_length=1, max_length=4)]
    roots: Roots
    admission: Admission
    rules: Count
    policy: Policy
    instruments: Ids


class PolicyPublished(Body, frozen=True):
    """policy.published: the witness policy from here on."""

    k: Small
    witnesses: Annotated[tuple[NodeRef, ...], msgspec.Meta(max_length=64)]


class CheckpointNoted(Body, frozen=True):
    """checkpoint.noted: an earlier checkpoint with its cosignatures, as the text of a signed note."""

    checkpoint: Annotated[str, msgspec.Meta(min_length=1, max_length=20_000)]


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The digest of one record part and who may see it."""

    audience: Audience
    digest: Hash


Parts = Annotated[tuple[Part, ...], msgspec.Meta(max_length=32)]


class DeskNominated(Body, frozen=True):
    """desk.nominated: a desk as a letter asks for it, not confirmed by its owner."""

    nomination: LocalId
    version: Count
    code: CountryCode
    kind: DeskKind
    letter: Hash
    date: Date
    mission: Text
    withdrawn: bool
    parts: Parts


class Labels(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What people call a participant; claims nothing."""

    name: Text
    codes: Codes


class ParticipantAdmitted(Body, frozen=True):
    """participant.admitted: opens a root chain; the hash of its payload is the participant's id."""

    type: ParticipantType
    labels: Labels
    roots: Roots
    guardians: Ids
    letter: Hash
    replaces: Hash | None


class ParticipantRoots(Body, frozen=True):
    """participant.roots: the next roots."""

    roots: Roots
    guardians: Ids


class NodeKeys(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The keys of one node and the kinds of desk it may publish."""

    node: LocalId
    host: NodeRef | None
    entry: PublicKey
    message: PublicKey
    http: PublicKey
    cosigning: Annotated[tuple[PublicKey, ...], msgspec.Meta(max_length=2)]
    kinds: Annotated[tuple[DeskKind, ...], msgspec.Meta(max_length=5)]


class ParticipantKeys(Body, frozen=True):
    """participant.keys: all nodes of the participant from here on; a node left out is retired."""

    nodes: Annotated[tuple[NodeKeys, ...], msgspec.Meta(max_length=32)]


class KeyRevoked(Body, frozen=True):
    """key.revoked: the key counts no more; what it signed at or after `suspect_since` is suspect (null: from here)."""

    fingerprint: Fingerprint
    suspect_since: Index | None


class DeskKeys(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Digests of the public record parts with the sealing key and the OpenPGP certificate of a desk."""

    desk: LocalId
    sealing: Hash
    openpgp: Hash | None


class NodePublished(Body, frozen=True):
    """node.published: the desks' keys, the TLS keys it answers with, its address record."""

    desks: Annotated[tuple[DeskKeys, ...], msgspec.Meta(max_length=128)]
    tls: Annotated[tuple[Hash, ...], msgspec.Meta(max_length=8)]
    address: Hash


class Expected(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Minutes until an answer may be expected, by urgency; null promises nothing."""

    routine: Minutes | None
    urgent: Minutes | None
    emergency: Minutes | None


class DeskPublished(Body, frozen=True):
    """desk.published: what the desk is; live once a `node.published` names its key too."""

    desk: LocalId
    kind: DeskKind
    languages: Annotated[tuple[Language, ...], msgspec.Meta(min_length=1, max_length=32)]
    expected: Expected
    parts: Parts


class DeskWithdrawn(Body, frozen=True):
    """desk.withdrawn: the desk is gone; its id never returns."""

    desk: LocalId


class PrefixClaim(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An address prefix and the desk that answers for it."""

    prefix: Annotated[str, msgspec.Meta(min_length=4, max_length=43)]
    desk: LocalId
    evidence: Evidence | None


class AsnClaim(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An autonomous system number and the desk that answers for it."""

    asn: AsNumber
    desk: LocalId
    evidence: Evidence | None


class DomainClaim(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A domain, with all below it, and the desk that answers for it."""

    domain: Annotated[str, msgspec.Meta(min_length=1, max_length=253)]
    desk: LocalId
    evidence: Evidence | None


class ResourcesPublished(Body, frozen=True):
    """resources.published: what this node claims to answer for, replacing its earlier list."""

    codes: Codes
    prefixes: Annotated[tuple[PrefixClaim, ...], msgspec.Meta(max_length=512)]
    asns: Annotated[tuple[AsnClaim, ...], msgspec.Meta(max_length=512)]
    domains: Annotated[tuple[DomainClaim, ...], msgspec.Meta(max_length=512)]


class Attested(Body, frozen=True):
    """attested: a root fingerprint of another participant was checked, over this channel."""

    participant: Hash
    fingerprint: Fingerprint
    channel: Channel


class InstrumentPublished(Body, frozen=True):
    """instrument.published: a text this register carries, by the hash of its data, its clauses and who may do what.

    `document` is the SHA-256 of the official document as the secretariat holds it, `address` where it is official;
    `addressed` the types of participant that may declare a stand, all of them where it is left out.
    """

    instrument: LocalId
    version: Count
    title: Text
    text: Hash
    document: Hash | None
    address: Link | None
    acts: Annotated[tuple[Act, ...], msgspec.Meta(max_length=32)]
    clauses: Annotated[tuple[LocalId, ...], msgspec.Meta(min_length=1, max_length=256)]
    withdrawn: bool
    addressed: Addressees | UnsetType = UNSET


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Free text with its language."""

    lang: Language
    text: Words


class StandDeclared(Body, frozen=True):
    """stand.declared: what the participant did about an instrument, on the day that counts for its depositary.

    `about` is whose reservation an objection concerns; `replaces` the payload hash of the earlier statement this one
    stands in place of; `networks` the AS numbers for which a provider adopts a code.
    """

    instrument: LocalId
    act: Act
    on: Date
    clauses: Annotated[tuple[LocalId, ...], msgspec.Meta(max_length=64)]
    about: Party | None
    said: Said | None
    evidence: Link | None
    replaces: Hash | None
    networks: Networks | UnsetType = UNSET


class ReportPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The digest of one part of a report and to whom it is shown; not who is named."""

    digest: Hash
    to: ShownTo


class ImplementationReported(Body, frozen=True):
    """implementation.reported: what the participant did about an instrument in one year, by the digests of its parts.

    `version` counts the reports on this instrument and year; `withdrawn` takes back what stood, and has no parts.
    """

    instrument: LocalId
    period: Year
    version: Count
    parts: Annotated[tuple[ReportPart, ...], msgspec.Meta(max_length=32)]
    withdrawn: bool
