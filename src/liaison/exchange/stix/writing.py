"""How does a case become a bundle in STIX 2.1?

    identity, marking-definition, extension-definition, then for each observable its object, what was observed of it
    (`observed-data`, where a time is known) and a pattern to look for it (`indicator`), at last a report of them all

Invariants (docs/spec/exchange.md): every object carries the label; ids are UUIDv5; what STIX has no member for (the
zone of a
clock, "not known") stands in a property extension beside the standard members, and no reader needs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from liaison.exchange.marking import spelled
from liaison.exchange.naming import identifier, printed, shown_title
from liaison.exchange.observing import exact
from liaison.exchange.stix.patterns import quoted
from liaison.exchange.stix.vocabulary import EXTENSION, TLP_2, TLP_CREATED, TLP_EXTENSION, sco
from liaison.exchange.values import Report, Written
from liaison.messages.forms.observables import Observable
from liaison.wire.canonical import JSON

MOST_OBSERVED = 999_999_999
EXTENSION_TEXT = (
    "property-extension of observed-data and indicator: `observable` is the observable exactly as it was reported, "
    "with kind, value, role, source_port, destination_port, protocol, count, first_seen, last_seen and offset; "
    "null is not known; `row` is the row of a feed it was read from: number, columns, and why it was routed."
)
_OBJECTS = {"ipv4": "ipv4-addr", "ipv6": "ipv6-addr", "domain": "domain-name", "url": "url", "email": "email-addr"}
_HASHES = {"md5": "MD5", "sha1": "SHA-1", "sha256": "SHA-256"}
_WITH_PORTS = ("ipv4", "ipv6", "prefix", "domain")


class StixObjects(NamedTuple):
    """The objects of a report: what stands around them all, then what they tell; `left_out` as in `Written`."""

    frame: list[dict[str, Any]]
    told: list[dict[str, Any]]
    left_out: tuple[int, ...]


def encode_stix(report: Report) -> Written:
    """The bundle, and the observables that STIX has no object for. Nothing is raised."""
    made = stix_objects(report)
    bundle = {"type": "bundle", "id": f"bundle--{identifier(report, 'bundle')}", "objects": [*made.frame, *made.told]}
    return Written(printed(bundle), made.left_out)


def stix_objects(report: Report, *, part: str = "") -> StixObjects:
    """The objects; `part` tells the ids of one part of a long report from those of the others. Nothing is raised."""
    frame = _Frame(report, part)
    objects: dict[str, dict[str, Any]] = {}
    left_out: list[int] = []
    for number, what in enumerate(report.observables):
        row = report.rows[number] if report.rows else None
        made = _observed(frame, f"{part}{number}", what, row)
        left_out += [] if made else [number]
        objects |= {each["id"]: each for each in made}
    return StixObjects(frame.first(), [*objects.values(), *frame.last([*objects])], tuple(left_out))


class _Frame:
    """What stands around the observables, and what every object of the bundle bears."""

    def __init__(self, report: Report, part: str) -> None:
        self._report = report
        self._part = [part] if part else []
        self.composed = report.composed
        self.identity = f"identity--{identifier(report, 'identity')}"
        self._terms = f"marking-definition--{identifier(report, 'terms', report.terms)}"
        self.markings = [TLP_2[report.tlp], *([self._terms] if report.terms else [])]

    def object(self, kind: str, *parts: str, **members: Any) -> dict[str, Any]:
        """A domain object with id, times, creator and markings."""
        told = {
            "type": kind,
            "spec_version": "2.1",
            "id": f"{kind}--{identifier(self._report, kind, *parts)}",
            "created_by_ref": self.identity,
            "created": self._report.composed,
            "modified": self._report.changed,
            **({"labels": ["exercise"]} if self._report.exercise else {}),
            "object_marking_refs": self.markings,
            **members,
        }
        return told

    def first(self) -> list[dict[str, Any]]:
        """Who says it, under which label, with which extension."""
        report = self._report
        told: dict[str, Any] = {"created": report.composed, "created_by_ref": self.identity}
        identity = self.object("identity", name=report.publisher.name, identity_class="organization")
        del identity["created_by_ref"]
        if report.publisher.mailbox:
            identity["contact_information"] = report.publisher.mailbox
        label = {
            "type": "marking-definition",
            "spec_version": "2.1",
            "id": TLP_2[report.tlp],
            "created": TLP_CREATED,
            "name": f"TLP:{spelled(report.tlp).upper()}",
            "extensions": {TLP_EXTENSION: {"extension_type": "property-extension", "tlp_2_0": spelled(report.tlp)}},
        }
        terms = {"type": "marking-definition", "spec_version": "2.1", "id": self._terms, **told}
        terms |= {"definition_type": "statement", "definition": {"statement": report.terms}}
        extension = {"type": "extension-definition", "spec_version": "2.1", "id": EXTENSION, **told}
        extension |= {"modified": report.composed, "name": "Exact observables", "schema": EXTENSION_TEXT}
        extension |= {"version": "1.0.0", "extension_types": ["property-extension"]}
        return [identity, label, *([terms] if report.terms else []), extension]

    def last(self, refs: list[str]) -> list[dict[str, Any]]:
        """The report that holds all of it together; none where there is nothing to hold."""
        report = self._report
        words = {"description": report.description} if report.description else {}
        told = {"name": shown_title(report), **words, "report_types": ["observed-data", "indicator"]}
        refs = refs or [self.identity]
        return [
            self.object("report", *self._part, lang=report.lang, **told, published=report.changed, object_refs=refs)
        ]


def _observed(frame: _Frame, place: str, what: Observable, row: Mapping[str, JSON] | None) -> list[dict[str, Any]]:
    """The objects of one observable, empty where STIX has none for it."""
    if what.kind == "vulnerability":
        source = {"source_name": "cve", "external_id": what.value}
        named = {"name": what.value, "external_references": [source]}
        return [frame.object("vulnerability", place, **named, extensions=_extension(what, row))]
    plain = _object(what)
    if plain is None:
        return []
    traffic = _traffic(what, plain["id"])
    observed = [plain, *([traffic] if traffic else [])]
    timed = what.first_seen or what.last_seen
    indicator = frame.object("indicator", place, **_indicator(frame, what, plain))
    if not timed:
        return [*observed, indicator | {"extensions": _extension(what, row)}]
    seen = {
        "first_observed": what.first_seen or what.last_seen,
        "last_observed": what.last_seen or what.first_seen,
        "number_observed": min(what.count or 1, MOST_OBSERVED),
        "object_refs": [each["id"] for each in observed],
        "extensions": _extension(what, row),
    }
    return [*observed, frame.object("observed-data", place, **seen), indicator]


def _extension(what: Observable, row: Mapping[str, JSON] | None) -> dict[str, Any]:
    told = {"extension_type": "property-extension", "observable": exact(what)}
    return {EXTENSION: told if row is None else told | {"row": row}}


def _object(what: Observable) -> dict[str, Any] | None:
    if what.kind in _OBJECTS:
        return sco(_OBJECTS[what.kind], value=what.value)
    if what.kind == "prefix":
        return sco("ipv6-addr" if ":" in what.value else "ipv4-addr", value=what.value)
    if what.kind == "asn":
        return sco("autonomous-system", number=int(what.value[2:]))
    if what.kind in _HASHES:
        return sco("file", hashes={_HASHES[what.kind]: what.value})
    return None


def _traffic(what: Observable, ref: str) -> dict[str, Any] | None:
    """The connection, where ports or a protocol are known."""
    ports = {"src_port": what.source_port, "dst_port": what.destination_port}
    known = {name: value for name, value in ports.items() if value is not None}
    if what.kind not in _WITH_PORTS or not (known or what.protocol):
        return None
    side = "dst_ref" if what.role == "destination" else "src_ref"
    transport = [what.protocol] if what.protocol not in (None, "other") else []
    network = "ipv6" if ":" in what.value else "ipv4"
    return sco("network-traffic", **{side: ref, **known, "protocols": [network, *transport]})


def _indicator(frame: _Frame, what: Observable, plain: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": what.value,
        "indicator_types": ["unknown"],
        "pattern": _pattern(what, plain),
        "pattern_type": "stix",
        "pattern_version": "2.1",
        "valid_from": what.first_seen or what.last_seen or frame.composed,
    }


def _pattern(what: Observable, plain: dict[str, Any]) -> str:
    if plain["type"] == "autonomous-system":
        return f"[autonomous-system:number = {plain['number']}]"
    if plain["type"] == "file":
        return f"[file:hashes.'{_HASHES[what.kind]}' = {quoted(what.value)}]"
    if what.kind in _WITH_PORTS and (what.source_port is not None or what.destination_port is not None):
        side = "dst" if what.role == "destination" else "src"
        parts = [f"network-traffic:{side}_ref.value = {quoted(what.value)}"]
        if what.source_port is not None:
            parts.append(f"network-traffic:src_port = {what.source_port}")
        if what.destination_port is not None:
            parts.append(f"network-traffic:dst_port = {what.destination_port}")
        return f"[{' AND '.join(parts)}]"
    return f"[{plain['type']}:value = {quoted(what.value)}]"
