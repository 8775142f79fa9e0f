"""Which sealing keys may nobody seal with? Those that another participant named first.

    refused_digests(node, register, view, (trusted_size, applied))    digests of the key parts that are void

Invariants: a part is opened once, since its digest fixes what is in it; a key whose part is not here cannot be
compared, and cannot be sealed with either. Called inside a reading.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from liaison.errors import MalformedError, VerificationError
from liaison.node.models import RecordPart
from liaison.node.node import Node
from liaison.register import records
from liaison.register.lookup import shared_sealing_keys
from liaison.register.state import RegisterListing

CHUNK = 500


@dataclass(frozen=True, slots=True)
class _Known:
    stamp: tuple[int, int]
    missing: frozenset[str]
    refused: frozenset[str]


_fingerprints: dict[tuple[str, str], dict[str, str]] = {}
_known: dict[tuple[str, str], _Known] = {}


def refused_digests(node: Node, register: str, view: RegisterListing, stamp: tuple[int, int]) -> frozenset[str]:
    """The digests of key parts in `view` that hold an earlier key of another participant."""
    place = (node.database, register)
    held = _fingerprints.setdefault(place, {})
    known = _known.get(place)
    fresh = known is not None and known.stamp == stamp
    missing = known.missing if known is not None and fresh else frozenset(_named(view) - held.keys())
    arrived = _read_parts(register, missing)
    held.update(arrived)
    if known is None or not fresh or arrived:
        known = _Known(stamp, missing - arrived.keys(), shared_sealing_keys(view, held))
        _known[place] = known
    return known.refused


def _named(view: RegisterListing) -> set[str]:
    """Every sealing key part that the view names."""
    return {
        keys.sealing
        for state in view.participants()
        for node in state.nodes.values()
        if node.publication is not None
        for keys in node.publication.body.desks
    }


def _read_parts(register: str, missing: frozenset[str]) -> dict[str, str]:
    """The fingerprints of those missing keys whose parts are here by now."""
    found: dict[str, str] = {}
    names = sorted(missing)
    for start in range(0, len(names), CHUNK):
        rows = RecordPart.objects.filter(register=register, digest__in=names[start : start + CHUNK])
        for digest, part in rows.exclude(part=b"").values_list("digest", "part"):
            # A part that is no sealing key cannot be sealed with, whoever names it.
            with contextlib.suppress(MalformedError, VerificationError):
                record = records.verify_record(bytes(part), digest)
                found[digest] = records.content_of(record, records.SealingKey).key.fingerprint
    return found
