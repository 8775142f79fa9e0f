"""May a node publish this, and what does it change? Its keys and desks, and the resources it claims.

Spec page: docs/spec/rules.md, rules 15, 16 and 29 to 32.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import ip_network

from msgspec.structs import replace as changed

from liaison.register import bodies
from liaison.register.facts import Claims, DeskState, Publication
from liaison.register.law.case import Case
from liaison.register.law.numbers import Rule, broken, require
from liaison.register.views import Changes

DESKS = 128
"""So many desks a node can have had in all."""

_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z")


def published_check(_: Case, body: bodies.NodePublished) -> None:
    """Each desk and each TLS key is named once."""
    _once([each.desk for each in body.desks])
    _once(body.tls)


def published_effect(case: Case, body: bodies.NodePublished) -> Changes:
    """The keys and addresses of the node from here on."""
    before = case.place.publication
    known = {} if before is None else dict(zip(before.body.desks, before.since, strict=True))
    since = tuple(known.get(keys, case.index) for keys in body.desks)
    return case.with_node(changed(case.place, publication=Publication(body, since, case.index, _signer(case))))


def desk_check(case: Case, body: bodies.DeskPublished) -> None:
    """The node may publish the kind; the id is new or this node's living desk of the same kind."""
    _once(body.languages)
    _once([part.digest for part in body.parts])
    place, desk = case.place, body.desk
    require(body.kind in place.kinds, Rule.DESK_KIND)
    for node in case.owner.nodes.values():
        require(node.node == place.node or desk not in node.desks, Rule.DESK_ID)
    known = place.desks.get(desk)
    if known is None:
        require(len(place.desks) < DESKS, Rule.LIMIT)
    else:
        require(known.withdrawn_index is None and known.kind is body.kind, Rule.DESK_ID)


def desk_effect(case: Case, body: bodies.DeskPublished) -> Changes:
    """The desk from here on."""
    place = case.place
    known = place.desks.get(body.desk)
    desk = DeskState(
        desk=body.desk,
        kind=body.kind,
        languages=body.languages,
        expected=body.expected,
        parts=body.parts,
        index=case.index,
        signer=_signer(case),
        first_index=case.index if known is None else known.first_index,
        withdrawn_index=None,
    )
    return case.with_node(changed(place, desks={**place.desks, body.desk: desk}))


def withdrawn_check(case: Case, body: bodies.DeskWithdrawn) -> None:
    """The desk stands at this node."""
    known = case.place.desks.get(body.desk)
    require(known is not None and known.withdrawn_index is None, Rule.DESK)


def withdrawn_effect(case: Case, body: bodies.DeskWithdrawn) -> Changes:
    """The desk is gone; its id stays taken."""
    desk = changed(case.place.desks[body.desk], withdrawn_index=case.index)
    return case.with_node(changed(case.place, desks={**case.place.desks, body.desk: desk}))


def resources_check(_: Case, body: bodies.ResourcesPublished) -> None:
    """Each code, prefix, number and domain stands once, in its only spelling."""
    _once(body.codes)
    _once([each.prefix for each in body.prefixes])
    _once([each.asn for each in body.asns])
    _once([each.domain for each in body.domains])
    for claim in body.prefixes:
        _check_prefix(claim.prefix)
    for name in body.domains:
        require(_DOMAIN.match(name.domain) is not None, Rule.RESOURCE)


def resources_effect(case: Case, body: bodies.ResourcesPublished) -> Changes:
    """What the node claims from here on."""
    return case.with_node(changed(case.place, claims=Claims(body, case.index, _signer(case))))


def _check_prefix(text: str) -> None:
    try:
        network = ip_network(text)
    except ValueError:
        broken(Rule.RESOURCE)
    require(str(network) == text, Rule.RESOURCE)


def _once(items: Sequence[str | int]) -> None:
    require(len(items) < 2 or len(set(items)) == len(items), Rule.TWICE)


def _signer(case: Case) -> str:
    return case.entry.envelope.signatures[0].keyid
