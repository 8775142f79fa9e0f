"""A desk of XC that measures, and XD's security desk `noc`, which answers for AS64496 and AS64497.

    networks = Networks(tmp_path)
    networks.measure()                       kept at XC; nobody was told
    number = networks.tell()                 XD was told of AS64496's origins; the number at XC
    networks.own()                           the same at XD

    keep_measurement(node, desk, …)          of any desk of any world, without a file
    tell_of_one(world, "XD", "XC")           a notice between duty desks
    copy_shown(node, asns)                   what is shown of one network, of others as well

Numbers and prefixes are those set aside for documentation (RFC 5398, 5737, 3849), which the allocation data of XC's
node hold to be XD's, but for 198.51.100.0/24.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from liaison.conduct.measured.evidence import Evidence, Measure, evidence_fields
from liaison.conduct.measured.lifecycle import Side
from liaison.messages.parties import DeskRef
from liaison.node import wiring
from liaison.node.models import Measurement, MeasurementStep
from liaison.node.node import Node
from liaison.node.reads.conduct.measured import MeasuredRead, list_measured
from liaison.node.reads.memory import forget
from liaison.node.reads.routing import TABLES
from liaison.node.services.conduct.measured.noting import NOTICE
from liaison.node.services.conduct.measured.taking import File, Supplied, Taken, take_in
from liaison.node.services.conduct.measured.telling import notify
from liaison.node.services.people.officers import Seat
from liaison.node.services.resources import TableFormat, keep_table
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.permissions import Role
from liaison.register.bodies import AsnClaim
from liaison.register.vocabulary import DeskKind
from liaison.routing.allocation import decode_delegated
from liaison.wire.identifiers import format_instant
from tests.mirrored import hold_keys
from tests.register.registry import RegisterBuilder, small_register
from tests.world import World

ALLOCATED = b"""2|example|20261121|3|19830705|20261121|+0000
example|XD|ipv4|192.0.2.0|256|20260101|allocated|one
example|XD|ipv4|203.0.113.0|256|20260101|allocated|two
example|XD|ipv6|2001:db8::|32|20260101|allocated|three
"""
SEEN = b"""asn,prefix,seen_at,state
AS64496,192.0.2.0/24,2026-11-20T06:00:00Z,valid
AS64496,198.51.100.0/24,2026-11-20T07:00:00Z,invalid
AS64497,2001:db8::/32,2026-11-20T06:00:00Z,not-found
AS64500,203.0.113.0/24,2026-11-20T06:00:00Z,valid
AS64511,203.0.113.0/25,2026-11-20T06:00:00Z,invalid
"""
ROAS = b"ASN,IP Prefix,Max Length,Trust Anchor\nAS64497,2001:db8::/32,48,example\n"


def register_of_networks() -> RegisterBuilder:
    """XD's `noc` answers for two networks; XE's technical desk for one, which makes it no provider's."""
    registry = small_register("XC", "XD", "XE")
    registry.publish_desk("XD", "noc", DeskKind.PROVIDER_SECURITY)
    registry.publish_node("XD", "duty", "noc")
    claims = tuple(AsnClaim(asn=asn, desk="noc", evidence=None) for asn in (64496, 64497))
    registry.publish_resources("XD", "XD", asns=claims)
    registry.publish_resources("XE", "XE", asns=(AsnClaim(asn=64500, desk="duty", evidence=None),))
    return registry


def counted(world: World, source: str = "Collector of XC") -> Evidence:
    """What was counted of one network."""
    now, counts = world.clock.now(), {"valid": 1, "invalid": 1, "not_found": 0}
    rows = (f"198.51.100.0/24 invalid {format_instant(now)}",)
    return Evidence(
        asn=64496, measure=Measure.ROUTE_ORIGIN, source=source, since=now, until=now, counts=counts, rows=rows
    )


def keep_measurement(node: Node, register: str, desk: DeskRef, *, of: DeskRef, evidence: Evidence) -> int:
    """A measurement that nobody was told of; its number."""
    with unit_of_work(node):
        row = Measurement.objects.create(
            register=register, participant=desk.participant, node=desk.node, desk=desk.desk, side="measurer",
            other_participant=of.participant, other_node=of.node, other_desk=of.desk, asn=evidence.asn,
            measure=evidence.measure.value, evidence=evidence_fields(evidence), made_at=node.clock.now(),
            state="measured",
        )  # fmt: skip
    return int(row.pk)


def tell_of_one(world: World, sender: str, to: str) -> None:
    """A notice of a measurement, sent as every message is; it arrives."""
    until = format_instant(world.clock.now() + timedelta(days=14))
    fields = evidence_fields(counted(world)) | {"answer_until": until}
    world.send(sender, to, form=NOTICE, stage=None, fields=fields, wanted_by=until)


def copy_shown(node: Node, asns: Iterable[int]) -> None:
    """What a node keeps of its one shown measurement, kept of other networks as well."""
    with unit_of_work(node):
        (one,) = Measurement.objects.exclude(agreed_to="")
        steps = list(one.steps.all())
        for asn in asns:
            one.pk, one.asn, one.evidence = None, asn, one.evidence | {"asn": asn}
            # A number in sixty-four digits, which no hash of a message equals.
            one.notice_hash = f"{asn:064d}"
            one.save(force_insert=True)
            for step in steps:
                step.pk, step.measurement = None, one
            MeasurementStep.objects.bulk_create(steps)


def keep_allocation(node: Node) -> None:
    """The allocation data by which a node measures."""
    files, table = wiring.open_folder(node.home / TABLES), decode_delegated([ALLOCATED])
    keep_table(files, table, name="example", form=TableFormat.DELEGATED, taken_from="test", now=node.clock.now())


class Networks:
    """Two nodes and what one measures of the other's networks."""

    def __init__(self, folder: Path) -> None:
        self.world = World(folder, codes=("XC", "XD"), registry=register_of_networks())
        with unit_of_work(self.node("XD")):
            hold_keys(self.node("XD"), self.world.registry, "XD", "noc")
        forget(self.node("XD"))
        for node in self.world.nodes.values():
            keep_allocation(node)

    def node(self, code: str) -> Node:
        return self.world.nodes[code]

    def seat(self, code: str, *roles: Role) -> Seat:
        desk = self.world.desk(code, "noc" if code == "XD" else "duty")
        return Seat(self.world.register, desk, frozenset(roles or {Role.OFFICER}))

    def measure(self, routes: bytes = SEEN, roas: bytes | None = None, *, contacts: bool = False) -> Taken:
        supplied = Supplied(
            source="Collector of XC",
            routes=File("seen.csv", routes) if routes else None,
            roas=File("export.csv", roas) if roas else None,
            contacts=contacts,
        )
        return take_in(self.node("XC"), self.seat("XC"), supplied, by=0)

    def at(self, code: str) -> list[MeasuredRead]:
        """Everything of one side, the oldest first."""
        side = Side.MEASURER if code == "XC" else Side.PROVIDER
        return sorted(
            list_measured(self.node(code), self.seat(code).desk, side=side).rows, key=lambda each: each.number
        )

    def find(self, code: str, asn: int = 64496, measure: Measure = Measure.ROUTE_ORIGIN) -> MeasuredRead:
        """The newest measurement of a network by a measure."""
        return [each for each in self.at(code) if (each.evidence.asn, each.evidence.measure) == (asn, measure)][-1]

    def tell(self, days: int = 14) -> int:
        """XC measures and tells XD of the origins of AS64496; the notice arrives."""
        self.measure()
        number = self.find("XC").number
        notify(self.node("XC"), self.seat("XC"), [number], days=days, by=0)
        self.world.work()
        return number

    def states(self) -> tuple[str, str]:
        """How it stands at XC and at XD."""
        return self.find("XC").standing.state.value, self.find("XD").standing.state.value
