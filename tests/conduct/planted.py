"""How does a report come into a register that a test builds, as if its participant had published it?

registry = small_register("XC", "XD"); carry(registry, "budapest-2001")
publish(registry, "XC", report(registry.ids["XC"], answer("art-29", PUBLIC, "x")))
with World(folder, registry=registry) as world:
    keep_own(world.nodes["XC"], world.register, made)          at the participant's own node, whole
"""

from __future__ import annotations

from liaison.conduct.parts import make_parts, report_body
from liaison.conduct.reports import Report, encode_report
from liaison.node.models import OwnReport
from liaison.node.node import Node
from liaison.node.unit_of_work import unit_of_work
from liaison.register.vocabulary import REGISTER
from tests.conduct.codes import carried
from tests.conduct.examples import salts
from tests.mirrored import START
from tests.register.registry import RegisterBuilder

_DRAW = salts()


def carry(registry: RegisterBuilder, *instruments: str) -> None:
    """The register carries these texts."""
    for name in instruments:
        registry.by_node(carried(name), REGISTER, "office")


def publish(registry: RegisterBuilder, who: str, report: Report, *, version: int = 1) -> None:
    """A participant reports; its parts are where the registry keeps parts."""
    parts = make_parts(report, _DRAW)
    registry.records |= {part.digest: part for part in parts}
    registry.by_node(report_body(report, parts, version=version), who)


def keep_own(node: Node, register: str, report: Report, *, version: int = 1) -> None:
    """The whole report at the node of its participant."""
    about = {"instrument": report.instrument, "participant": report.participant, "period": report.period}
    with unit_of_work(node):
        OwnReport.objects.create(
            register=register, version=version, report=encode_report(report), entry=0, by=0, at=START, **about
        )
