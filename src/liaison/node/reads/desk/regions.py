"""In which part of the world does a participant say its desks are? By the time zone in their contact records, no more.

    areas_of(node, register, ["9ab0…", …])      {"9ab0…": "africa"}                       of `Africa/Nairobi`
    zones_of(node, register, [desk, …])         {desk: "Africa/Nairobi"}

Invariants: what no record here says is left out, never guessed from a code or a name; a part is opened once, since its
digest fixes what is in it.
"""

from __future__ import annotations

import contextlib
import functools
import zoneinfo
from collections.abc import Collection, Iterable, Iterator

from liaison.errors import MalformedError, VerificationError
from liaison.messages.parties import DeskRef
from liaison.node.models import RecordPart
from liaison.node.node import Node
from liaison.node.reads.register import directory
from liaison.node.unit_of_work import reading
from liaison.register import records
from liaison.register.lookup import DeskEntry

AREAS = frozenset(
    {"africa", "america", "antarctica", "arctic", "asia", "atlantic", "australia", "europe", "indian", "pacific", "utc"}
)
CHUNK = 500
_known: dict[str, str] = {}
"""The zone by the digest of the part that says it; empty where the part says none."""


def areas_of(node: Node, register: str, participants: Collection[str]) -> dict[str, str]:
    """The area of each participant that says one."""
    found = directory(node, register)
    parts = {each: _parts(found.desks(participant=each)) for each in participants if each in found.participants}
    _learn(node, register, {digest for each in parts.values() for digest in each} - _known.keys())
    areas = {who: next((area for digest in each if (area := _area(digest))), "") for who, each in parts.items()}
    return {who: area for who, area in areas.items() if area}


def zones_of(node: Node, register: str, desks: Collection[DeskRef]) -> dict[DeskRef, str]:
    """The time zone of each desk that says one which this machine knows."""
    found = directory(node, register)
    parts = {
        desk: _parts(
            each
            for each in found.desks(participant=desk.participant)
            if (each.node, each.desk) == (desk.node, desk.desk)
        )
        for desk in desks
        if desk.participant in found.participants
    }
    _learn(node, register, {digest for each in parts.values() for digest in each} - _known.keys())
    zones = {desk: next((zone for digest in each if (zone := _known.get(digest))), "") for desk, each in parts.items()}
    return {desk: zone for desk, zone in zones.items() if zone in _known_zones()}


@functools.cache
def _known_zones() -> frozenset[str]:
    """Those this machine has, read from its files once."""
    return frozenset(zoneinfo.available_timezones())


def _parts(desks: Iterable[DeskEntry]) -> list[str]:
    return [part.digest for desk in desks for part in desk.parts]


def _learn(node: Node, register: str, digests: set[str]) -> None:
    names = sorted(digests)
    with reading(node):
        for start in range(0, len(names), CHUNK):
            rows = RecordPart.objects.filter(register=register, digest__in=names[start : start + CHUNK])
            for digest, part in rows.exclude(part=b"").values_list("digest", "part"):
                _known[digest] = next(_zone(bytes(part), digest), "")


def _area(digest: str) -> str:
    """The area of the zone that a part says; empty for none."""
    area = _known.get(digest, "").partition("/")[0].lower()
    return "utc" if area in ("etc", "gmt") else area if area in AREAS else ""


def _zone(part: bytes, digest: str) -> Iterator[str]:
    # A part that is not what its digest says, or no contact, says nothing of where a desk is.
    with contextlib.suppress(MalformedError, VerificationError):
        contact = records.content_of(records.verify_record(part, digest), records.Contact)
        yield contact.time_zone or ""
