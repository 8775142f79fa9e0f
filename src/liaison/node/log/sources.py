"""Where can a register be fetched from? The secretariat, then what the anchor names, then every other mirror.

Invariants: an anchor's address carries the hash of the TLS key behind a `#`, because a door is never asked unpinned;
what is fetched anywhere proves itself all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from liaison.node.log.views import RowsView
from liaison.node.models import HostedNode
from liaison.node.node import Node
from liaison.node.peering import PeerAddress
from liaison.node.reads.own import setting
from liaison.node.reads.register import followed, peer_address
from liaison.node.unit_of_work import reading
from liaison.node.work.statements import fetch
from liaison.register import anchor as anchors
from liaison.register.facts import ParticipantState
from liaison.register.vocabulary import REGISTER
from liaison.wire.note import parse_note


def secretariats(node: Node, register: str) -> list[PeerAddress]:
    """The peer doors of the secretariat: as published, then as the anchor says."""
    return _unique([*_published(node, register, only=REGISTER), *_anchored(node, register)])


def mirrors(node: Node, register: str) -> Iterator[PeerAddress]:
    """Every door that serves the register, except this node's own; most are only looked up if somebody asks on."""
    seen = {node.config.address.url}
    for found in (secretariats(node, register), _published(node, register, only=None)):
        for address in found:
            if address.url not in seen:
                seen.add(address.url)
                yield address


def make_anchor(node: Node, *, register: str, addresses: tuple[str, ...] = ()) -> bytes:
    """An anchor file that names the register, where it is found, and the latest trusted checkpoint."""
    row = followed(node, register)
    own = f"{node.config.address.url}#{setting(node, 'tls')}" if node.config.address.url else ""
    found = addresses or ((own,) if own else anchors.parse_anchor(bytes(row.anchor)).addresses)
    checkpoint = parse_note(bytes(row.trusted_checkpoint)) if row.trusted_checkpoint else None
    return anchors.format_anchor(anchors.Anchor(row.origin, register, tuple(found), checkpoint))


def pinned_address(text: str) -> PeerAddress:
    """The peer door an anchor names: `https://host:port#<hash of its TLS key>`."""
    url, _, pin = text.partition("#")
    return PeerAddress(url, (pin,) if pin else ())


def _published(node: Node, register: str, *, only: str | None) -> Iterator[PeerAddress]:
    with reading(node):
        own = set(fetch(HostedNode, ("participant", "node"), register=register))
        places = [
            (state.id, name)
            for state in _participants(register, only)
            for name, each in state.nodes.items()
            if each.publication is not None and each.retired_index is None and (state.id, name) not in own
        ]
    for participant, name in places:
        address = peer_address(node, register, participant, name)
        if address is not None:
            yield address


def _participants(register: str, only: str | None) -> Iterable[ParticipantState]:
    view = RowsView(register)
    if only is None:
        return view.participants()
    found = view.participant(only)
    return () if found is None else (found,)


def _anchored(node: Node, register: str) -> Iterator[PeerAddress]:
    for address in anchors.parse_anchor(bytes(followed(node, register).anchor)).addresses:
        yield pinned_address(address)


def _unique(addresses: list[PeerAddress]) -> list[PeerAddress]:
    found: dict[str, PeerAddress] = {}
    for address in addresses:
        found.setdefault(address.url, address)
    return list(found.values())
