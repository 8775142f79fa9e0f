"""Which desks are there, and who answers for a code?

    Directory(view).answer("XC", DeskKind.TECHNICAL)
    -> Answer(desks=(DeskEntry(desk="duty", status="confirmed", …),), refusal=None, claimants=("9ab0…",))

Invariants:
- A desk is live when `desk.published` and the `node.published` naming it both stand, its node may publish its
  kind and is not retired, and its participant was not succeeded.
- A code is answered for by the one participant that publishes it; where it has no desk of a kind yet, by the desks
  nominated by letter. Two participants, or a disputed one: nobody is the default, all are shown.
- Nothing here is verified beyond the log: codes, prefixes and domains are claims (docs/spec/resources.md).

Spec pages: docs/spec/resources.md, docs/spec/nominations.md.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby

from liaison.register.bodies import Expected, Part
from liaison.register.checking.names import NameWarning, name_warnings, skeleton
from liaison.register.facts import DeskState, NodeState, NominationState, ParticipantState
from liaison.register.views import RegisterListing, RegisterView
from liaison.register.vocabulary import DeskKind, Evidence, NodeRef


class DeskStatus(StrEnum):
    """How far an entry of the directory may be relied on."""

    CONFIRMED = "confirmed"
    CALLED_BACK = "called-back"
    NOMINATED = "nominated"
    CONTESTED = "contested"
    DISPUTED = "disputed"


class Refusal(StrEnum):
    """Why nobody is the default for a code."""

    NOBODY = "nobody"
    CONTESTED = "contested"
    DISPUTED = "disputed"


class ResourceKind(StrEnum):
    """What a resource claim is about."""

    PREFIX = "prefix"
    ASN = "asn"
    DOMAIN = "domain"


@dataclass(frozen=True, slots=True)
class DeskEntry:
    """One row of the directory; a nominated desk has no participant, node or key, and its nomination as desk id."""

    register: str
    participant: str | None
    name: str
    node: str | None
    desk: str
    kind: DeskKind
    codes: tuple[str, ...]
    status: DeskStatus
    rehearsal: bool
    languages: tuple[str, ...]
    expected: Expected
    parts: tuple[Part, ...]
    sealing: str | None
    openpgp: str | None
    address: str | None
    hosted_by: NodeRef | None
    index: int
    suspect: bool
    """Published by an entry key that was later revoked as suspect from before this publication."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Who answers for a code: the desks, or why nobody does by default (the desks are then only shown)."""

    code: str
    desks: tuple[DeskEntry, ...]
    refusal: Refusal | None
    claimants: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ResourceClaim:
    """A prefix, AS number or domain as a node claims it; `codes` are those its participant publishes."""

    register: str
    participant: str
    node: str
    desk: str
    kind: ResourceKind
    value: str
    evidence: Evidence | None
    codes: tuple[str, ...]
    index: int


class Directory:
    """Everything the look-ups need, read from a view once; a newer view needs a new directory.

    `called_back`: (participant, desk) that the view holds only because this node's officers confirmed their keys.
    """

    def __init__(self, view: RegisterListing, *, called_back: frozenset[tuple[str, str]] = frozenset()) -> None:
        self._called_back = called_back
        facts = view.globals()
        self.register = facts.register if facts is not None else ""
        self.rehearsal = facts.rehearsal if facts is not None else False
        self.everybody = tuple(view.participants())
        """Those too whom a later admission replaced."""
        self.participants = {state.id: state for state in self.everybody if state.succeeded_by is None}
        self.codes = {name: published_codes(state) for name, state in self.participants.items()}
        self.claimants: dict[str, tuple[str, ...]] = {}
        for name, codes in self.codes.items():
            for code in codes:
                self.claimants[code] = (*self.claimants.get(code, ()), name)
        self.nominations = [state for state in view.nominations() if not state.withdrawn]
        self._view = view
        self._since: dict[str, int | None] = {}
        self._live = {name: tuple(self._desks_of(state)) for name, state in self.participants.items()}
        self._drawn: Counter[str] | None = None
        self._odd: dict[str, frozenset[NameWarning]] = {}
        self._texts: tuple[_Searched, ...] | None = None
        self._by_code: dict[str, list[DeskEntry]] = {}
        for nomination in self.nominations:
            self._by_code.setdefault(nomination.code, []).append(self._nominated(nomination))

    def desks(
        self, *, code: str | None = None, participant: str | None = None, kind: DeskKind | None = None
    ) -> tuple[DeskEntry, ...]:
        """All desks that fit, nominated ones included unless a participant is named; refusals show in their status."""
        if code is not None:
            kinds = tuple(DeskKind) if kind is None else (kind,)
            found = [entry for each in kinds for entry in self.answer(code, each).desks]
            return tuple(entry for entry in found if participant in (None, entry.participant))
        if participant is not None:
            return tuple(entry for entry in self._live.get(participant, ()) if kind in (None, entry.kind))
        live = [entry for entries in self._live.values() for entry in entries]
        nominated = [entry for entries in self._by_code.values() for entry in entries if self._stands_in(entry)]
        return tuple(entry for entry in (*live, *nominated) if kind in (None, entry.kind))

    def desk(self, participant: str, desk: str) -> DeskEntry | None:
        """One live desk of a participant."""
        return next((entry for entry in self._live.get(participant, ()) if entry.desk == desk), None)

    def answer(self, code: str, kind: DeskKind) -> Answer:
        """Who answers for `code` at desks of `kind`."""
        claimants = self.claimants.get(code, ())
        desks = tuple(entry for name in claimants for entry in self._live[name] if entry.kind is kind)
        if len(claimants) > 1:
            status, conflict = self._conflict(claimants)
            return Answer(code, tuple(replace(entry, status=status) for entry in desks), conflict, claimants)
        if desks:
            refusal = Refusal.DISPUTED if self.participants[claimants[0]].disputed else None
            return Answer(code, desks, refusal, claimants)
        nominated = tuple(entry for entry in self._by_code.get(code, ()) if entry.kind is kind)
        return Answer(code, nominated, None if nominated else Refusal.NOBODY, claimants)

    def find(self, text: str) -> tuple[DeskEntry, ...]:
        """Desks whose participant's name, codes or own id hold every word of `text`, whatever its case or accents."""
        if self._texts is None:
            self._texts = tuple(_searchable(tuple(rows)) for _, rows in groupby(self.desks(), key=_owner))
        words, found = fold_text(text).split(), list[DeskEntry]()
        for group in self._texts:
            left = [word for word in words if word not in group.owner]
            if not left:
                found += group.desks
            elif all(word in group.all_own for word in left):
                rows = zip(group.desks, group.own, strict=True)
                found += [entry for entry, own in rows if all(word in own for word in left)]
        return tuple(found)

    def name_warnings(self, name: str) -> frozenset[NameWarning]:
        """What is odd about the name of a participant here, or of whom a letter nominates, beside all participants'."""
        if name in self._odd:
            return self._odd[name]
        if self._drawn is None:
            named = (state.labels.name for state in self.participants.values() if state.type is not None)
            self._drawn = Counter(map(skeleton, named))
        lookalike = {NameWarning.LOOKALIKE} if self._drawn[skeleton(name)] > 1 else set()
        self._odd[name] = name_warnings(name) | lookalike
        return self._odd[name]

    def claims(self) -> tuple[ResourceClaim, ...]:
        """All prefixes, AS numbers and domains claimed for desks that are live."""
        return tuple(claim for state in self.participants.values() for claim in self._claims_of(state))

    def _conflict(self, claimants: tuple[str, ...]) -> tuple[DeskStatus, Refusal]:
        """A participant and the one re-admitted in its place dispute their keys; others contest the code."""
        states = [self.participants[name] for name in claimants]
        family = {state.replaces or state.id for state in states}
        if len(family) == 1:
            return DeskStatus.DISPUTED, Refusal.DISPUTED
        return DeskStatus.CONTESTED, Refusal.CONTESTED

    def _stands_in(self, nominated: DeskEntry) -> bool:
        """A nomination is shown until a participant that publishes the code has its first desk of that kind."""
        claimants = self.claimants.get(nominated.codes[0], ())
        return not any(entry.kind is nominated.kind for name in claimants for entry in self._live[name])

    def _desks_of(self, participant: ParticipantState) -> Iterator[DeskEntry]:
        for node in participant.nodes.values():
            for desk in live_desks(node):
                yield self._confirmed(participant, node, desk)

    def _confirmed(self, participant: ParticipantState, node: NodeState, desk: DeskState) -> DeskEntry:
        publication = node.publication
        keys = next(each for each in publication.body.desks if each.desk == desk.desk) if publication else None
        return DeskEntry(
            register=self.register,
            participant=participant.id,
            name=participant.labels.name,
            node=node.node,
            desk=desk.desk,
            kind=desk.kind,
            codes=self.codes[participant.id] or participant.labels.codes,
            status=self._status(participant, desk.desk),
            rehearsal=self.rehearsal,
            languages=desk.languages,
            expected=desk.expected,
            parts=desk.parts,
            sealing=keys.sealing if keys else None,
            openpgp=keys.openpgp if keys else None,
            address=publication.body.address if publication else None,
            hosted_by=node.host,
            index=desk.index,
            suspect=self._suspect(desk.signer, desk.index)
            or (publication is not None and self._suspect(publication.signer, publication.index)),
        )

    def _status(self, participant: ParticipantState, desk: str) -> DeskStatus:
        if participant.disputed:
            return DeskStatus.DISPUTED
        return DeskStatus.CALLED_BACK if (participant.id, desk) in self._called_back else DeskStatus.CONFIRMED

    def _suspect(self, signer: str, index: int) -> bool:
        # All desks of a node have one signer, and over tables each question is a few queries.
        if signer not in self._since:
            fact = self._view.key(signer)
            self._since[signer] = None if fact is None else fact.suspect_since
        since = self._since[signer]
        return since is not None and since <= index

    def _nominated(self, nomination: NominationState) -> DeskEntry:
        return DeskEntry(
            register=self.register,
            participant=None,
            name=nomination.mission,
            node=None,
            desk=nomination.nomination,
            kind=nomination.kind,
            codes=(nomination.code,),
            status=DeskStatus.NOMINATED,
            rehearsal=self.rehearsal,
            languages=(),
            expected=Expected(routine=None, urgent=None, emergency=None),
            parts=nomination.parts,
            sealing=None,
            openpgp=None,
            address=None,
            hosted_by=None,
            index=nomination.index,
            suspect=False,
        )

    def _claims_of(self, participant: ParticipantState) -> Iterator[ResourceClaim]:
        live = {entry.desk for entry in self._live[participant.id]}
        for node in participant.nodes.values():
            if node.claims is None or node.retired_index is not None:
                continue
            body = node.claims.body
            rows = [(ResourceKind.PREFIX, each.prefix, each.desk, each.evidence) for each in body.prefixes]
            rows += [(ResourceKind.ASN, str(each.asn), each.desk, each.evidence) for each in body.asns]
            rows += [(ResourceKind.DOMAIN, each.domain, each.desk, each.evidence) for each in body.domains]
            for kind, value, desk, evidence in rows:
                if desk in live:
                    codes, index = self.codes[participant.id], node.claims.index
                    yield ResourceClaim(
                        self.register, participant.id, node.node, desk, kind, value, evidence, codes, index
                    )


def desks(
    view: RegisterListing, *, code: str | None = None, participant: str | None = None, kind: DeskKind | None = None
) -> tuple[DeskEntry, ...]:
    """The desks of a view that fit; for more than one question make a `Directory`."""
    return Directory(view).desks(code=code, participant=participant, kind=kind)


def find(view: RegisterListing, text: str) -> tuple[DeskEntry, ...]:
    """The desks whose words hold all of `text`'s."""
    return Directory(view).find(text)


def claims(view: RegisterListing) -> tuple[ResourceClaim, ...]:
    """All resources claimed for live desks."""
    return Directory(view).claims()


def live_desks(node: NodeState) -> Iterator[DeskState]:
    """The desks of a node that can be written to now."""
    if node.retired_index is not None or node.publication is None:
        return
    named = {each.desk for each in node.publication.body.desks}
    for desk in node.desks.values():
        if desk.withdrawn_index is None and desk.desk in named and desk.kind in node.kinds:
            yield desk


def shared_sealing_keys(view: RegisterListing, keys: Mapping[str, str]) -> frozenset[str]:
    """The digests of key parts that name another participant's earlier key, so that nobody may seal with them.

    `keys` are the fingerprints of the keys held here, by digest of their part: the log alone cannot see that two parts
    hold one key.
    """
    named = sorted(
        (since, state.id, desk.sealing)
        for state in view.participants()
        for node in state.nodes.values()
        if node.publication is not None
        for desk, since in zip(node.publication.body.desks, node.publication.since, strict=True)
        if desk.sealing in keys
    )
    owners: dict[str, str] = {}
    return frozenset(
        digest for _, participant, digest in named if owners.setdefault(keys[digest], participant) != participant
    )


def desk_of(view: RegisterView, participant: str, desk: str) -> tuple[ParticipantState, NodeState, DeskState] | None:
    """The live desk of a participant with its node, asked of any view without reading all of it."""
    state = view.participant(participant)
    if state is None or state.succeeded_by is not None:
        return None
    for node in state.nodes.values():
        for found in live_desks(node):
            if found.desk == desk:
                return state, node, found
    return None


def published_codes(participant: ParticipantState) -> tuple[str, ...]:
    """The codes the participant's nodes publish as its own, sorted."""
    bodies = [node.claims.body for node in participant.nodes.values() if node.claims and node.retired_index is None]
    return tuple(sorted({code for body in bodies for code in body.codes}))


def fold_text(text: str) -> str:
    """`text` without case and accents, for comparing only."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


@dataclass(frozen=True, slots=True)
class _Searched:
    """The words of desks in a row that have one owner: those of the owner once, those of each desk, and all of these.

    So a word that every desk holds, or none, is looked for once an owner and not once a desk.
    """

    owner: str
    desks: tuple[DeskEntry, ...]
    own: tuple[str, ...]
    all_own: str


def _owner(entry: DeskEntry) -> tuple[str, ...]:
    return (entry.name, *entry.codes, entry.participant or "")


def _searchable(desks: tuple[DeskEntry, ...]) -> _Searched:
    own = tuple(fold_text(" ".join((entry.kind, entry.desk, entry.node or ""))) for entry in desks)
    return _Searched(fold_text(" ".join(_owner(desks[0]))), desks, own, " ".join(own))
