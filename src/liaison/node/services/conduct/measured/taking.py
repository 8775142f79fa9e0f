"""How does a desk measure providers: from files of announcements it supplies, and from the checks of its own node?

    taken = take_in(node, seat, Supplied(routes=File("seen.csv", data), source="Collector of XC"), by=7)
    taken.kept, taken.left_out          3 measurements; {"nobody-claims": (64511,)}: every network is in one of the two

Invariants (docs/spec/measured.md):
- only networks that the register names for a provider are measured: its desk is of kind provider-security, or its
  participant is a provider; one that several claim belongs to nobody here;
- a file counts whole or not at all; what was measured before of a network by the same measure, and told to nobody
  yet, gives way to the new;
- measuring sends nothing and shows nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from liaison.conduct.measured.evidence import (
    Asked,
    Evidence,
    Source,
    evidence_fields,
    measure_bogons,
    measure_contact,
    measure_origins,
)
from liaison.conduct.measured.lifecycle import Side, State
from liaison.conduct.measured.routes import Origins, Route, decode_roas, decode_routes
from liaison.duty.checks.results import Outcome
from liaison.errors import UsageError
from liaison.messages.parties import DeskRef
from liaison.node import wiring
from liaison.node.models import Measurement
from liaison.node.node import Node
from liaison.node.reads.checks.results import node_history, persons_asked, with_work
from liaison.node.reads.register import directory
from liaison.node.reads.routing import TABLES
from liaison.node.reads.writing.drafts import Place
from liaison.node.services.people.audit import note
from liaison.node.services.people.officers import Seat
from liaison.node.services.resources import load_tables
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.permissions import Action, require
from liaison.register.lookup import ResourceKind
from liaison.register.vocabulary import DeskKind, ParticipantType
from liaison.routing.space import Space
from liaison.wire.identifiers import digest

LOOKED_BACK = timedelta(days=90)
LONGEST_SOURCE = 200
NOBODY, SEVERAL, NO_PROVIDER, OWN = "nobody-claims", "several-claim", "not-a-provider", "own-network"


@dataclass(frozen=True, slots=True)
class File:
    """A file as it was supplied."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplied:
    """What a desk measures by: announcements, what a validator exported, and whether own checks count too."""

    source: str
    routes: File | None = None
    roas: File | None = None
    bogons: bool = True
    contacts: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """How many measurements were kept, and which networks were left out for which reason."""

    kept: int
    networks: int
    left_out: Mapping[str, tuple[int, ...]]


def take_in(node: Node, seat: Seat, supplied: Supplied, *, by: int) -> Taken:
    """Measure, and keep what concerns providers of the register. Raises UsageError, MalformedError."""
    require(Action.WRITE, seat.roles)
    source = " ".join(supplied.source.split())
    if not source.isprintable() or not 1 <= len(source) <= LONGEST_SOURCE:
        raise UsageError("measured-source", limit=LONGEST_SOURCE)
    if supplied.routes is None and not supplied.contacts:
        raise UsageError("measured-nothing-supplied")
    owners = _Owners(node, seat)
    found = list(_measured(node, supplied, source))
    left_out: dict[str, set[int]] = {}
    kept: list[tuple[DeskRef, Evidence]] = []
    for each in found:
        owner = owners.of(each.asn)
        if isinstance(owner, str):
            left_out.setdefault(owner, set()).add(each.asn)
        else:
            kept.append((owner, each))
    if supplied.contacts:
        kept += _contacts(node, seat, owners, {each.asn for each in found})
    _keep(node, seat, kept, by=by)
    networks = {each.asn for each in found} | {each.asn for _, each in kept}
    return Taken(len(kept), len(networks), {why: tuple(sorted(asns)) for why, asns in sorted(left_out.items())})


def _measured(node: Node, supplied: Supplied, source: str) -> Iterator[Evidence]:
    """What the files say, whoever's networks they are. Raises MalformedError."""
    if supplied.routes is None:
        return
    routes = decode_routes(supplied.routes.data)
    files = tuple((each.name[:200], digest(each.data)) for each in (supplied.routes, supplied.roas) if each)
    origins = Origins(decode_roas(supplied.roas.data)) if supplied.roas is not None else None
    yield from measure_origins(routes, Source(source, files), origins)
    if supplied.bogons:
        space = Space(load_tables(wiring.open_folder(node.home / TABLES)))
        said = ", ".join(f"{each.name} {each.date or ''}".strip() for each in space.sources)
        both = Source(f"{source}; {said}"[:LONGEST_SOURCE].strip(), files[:1])
        yield from measure_bogons(routes, both, lambda route: _held(space, route))


def _held(space: Space, route: Route) -> str:
    return space.of(str(route.prefix)).value.replace("-", "_")


class _Owners:
    """Whose a network is by the register."""

    def __init__(self, node: Node, seat: Seat) -> None:
        self._known, self._own = directory(node, seat.register), seat.desk
        self._claims: dict[int, set[DeskRef]] = {}
        for each in self._known.claims():
            if each.kind is ResourceKind.ASN:
                desk = DeskRef(each.participant, each.node, each.desk)
                self._claims.setdefault(int(each.value), set()).add(desk)

    @property
    def networks(self) -> list[int]:
        """Every number that somebody claims."""
        return sorted(self._claims)

    def of(self, asn: int) -> DeskRef | str:
        """The provider's desk, or the code of why the network is left out."""
        desks = self._claims.get(asn, set())
        if len(desks) != 1:
            return SEVERAL if desks else NOBODY
        (desk,) = desks
        if desk == self._own:
            return OWN
        entry = self._known.desk(desk.participant, desk.desk)
        provider = self._known.participants[desk.participant].type is ParticipantType.PROVIDER
        if not provider and (entry is None or entry.kind is not DeskKind.PROVIDER_SECURITY):
            return NO_PROVIDER
        return desk


def _contacts(node: Node, seat: Seat, owners: _Owners, asns: set[int]) -> Iterator[tuple[DeskRef, Evidence]]:
    """How the published contacts answered checks of this desk and its node; of all providers' where none is named."""
    since = node.clock.now() - LOOKED_BACK
    persons = with_work(node, seat.register, persons_asked(node, Place(seat.register, seat.desk), since=since))
    for asn in sorted(asns) or owners.networks:
        desk = owners.of(asn)
        if isinstance(desk, str):
            continue
        asked = [
            Asked(each.asked, True, each.answered is not None)
            for each in persons
            if each.desk == desk and not each.excused
        ]
        history = node_history(node, seat.register, desk, since=since)
        asked += [Asked(each.asked, False, each.outcome is Outcome.ANSWERED) for each in history if not each.excused]
        evidence = measure_contact(asn, asked, Source("Checks of this contact centre and its node"))
        if evidence is not None:
            yield desk, evidence


def _keep(node: Node, seat: Seat, kept: list[tuple[DeskRef, Evidence]], *, by: int) -> None:
    desk, now = seat.desk, node.clock.now()
    place = {"register": seat.register, "participant": desk.participant, "node": desk.node, "desk": desk.desk}
    with unit_of_work(node):
        for other, each in kept:
            about = {"side": Side.MEASURER.value, "asn": each.asn, "measure": each.measure.value}
            Measurement.objects.filter(**place, **about, case="", waits=0).delete()
            Measurement.objects.create(
                **place,
                **about,
                other_participant=other.participant,
                other_node=other.node,
                other_desk=other.desk,
                evidence=evidence_fields(each),
                made_at=now,
                state=State.MEASURED.value,
            )
        note(node, "networks-measured", officer=by, subject=desk.desk, params={"measurements": len(kept)})
