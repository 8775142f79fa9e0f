"""May this report of implementation be made, and what does it change?

The rules read the log alone: that the register carries the instrument, that versions follow each other, that parts are
new. What the parts say is never seen by whoever judges an entry.

Spec page: docs/spec/rules.md, rules 15, 16, 34, 36 and 40.
"""

from __future__ import annotations

from msgspec.structs import replace as changed

from liaison.register import bodies
from liaison.register.facts import Reported
from liaison.register.law.case import Case
from liaison.register.law.numbers import Rule, broken, require
from liaison.register.views import Changes
from liaison.register.vocabulary import REGISTER

VERSIONS, ALL_VERSIONS, ALL_PARTS = 64, 1024, 4096
"""So many reports a participant makes on one instrument and year, and in all; so many parts they name in all."""


def reported_check(case: Case, body: bodies.ImplementationReported) -> None:
    """The register carries the instrument, the version is the next one, and each part is a new one."""
    digests = [part.digest for part in body.parts]
    require(len(set(digests)) == len(digests), Rule.TWICE)
    require(case.owner.id != REGISTER, Rule.INSTRUMENT)
    made = case.owner.reports.get(key_of(body), ())
    require(body.version == len(made) + 1, Rule.VERSION)
    if body.withdrawn:
        # Also of an instrument that the register carries no longer: what was said can always be taken back.
        require(bool(made) and not made[-1].body.withdrawn and not digests, Rule.REPORT)
    else:
        carried = case.secretariat.instruments.get(body.instrument)
        if carried is None or carried.body.withdrawn:
            broken(Rule.INSTRUMENT)
        require(bool(digests), Rule.REPORT)
    every = [each for reports in case.owner.reports.values() for each in reports]
    named = [part.digest for each in every for part in each.body.parts]
    require(not set(digests) & set(named), Rule.REPORT)
    # A withdrawal is always left room for.
    most = VERSIONS if body.withdrawn else VERSIONS - 1
    require(len(made) < most and len(every) < ALL_VERSIONS + body.withdrawn * ALL_VERSIONS, Rule.LIMIT)
    require(len(named) + len(digests) <= ALL_PARTS, Rule.LIMIT)


def reported_effect(case: Case, body: bodies.ImplementationReported) -> Changes:
    """One report more, in place of the one before it."""
    owner, place = case.owner, case.place
    signer = case.entry.envelope.signatures[0].keyid
    reported = Reported(body, case.entry.payload_hash, case.index, signer, place.node)
    made = (*owner.reports.get(key_of(body), ()), reported)
    owner = changed(owner, reports={**owner.reports, key_of(body): made})
    # The node, because its chain moved on.
    nodes = {**owner.nodes, place.node: place}
    return Changes(participants={owner.id: changed(owner, nodes=nodes)})


def key_of(body: bodies.ImplementationReported) -> str:
    """Under what the reports on one instrument and year are kept."""
    return f"{body.instrument}/{body.period}"
