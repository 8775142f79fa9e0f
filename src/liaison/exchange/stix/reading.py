"""What does a bundle in STIX 2.1 (or 2.0) say?

    {"type": "bundle", "objects": [{"type": "indicator", "pattern": "[ipv4-addr:value = '192.0.2.10']", …}]}

Invariants (docs/spec/exchange.md): what was observed stands before what to look for, and both before a bare object;
the same
observable is told once, from the part that says most; a reference that leads out of the bundle is never followed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from liaison.errors import MalformedError
from liaison.exchange.marking import strictest, tlp_of
from liaison.exchange.members import inner, objects, text, texts
from liaison.exchange.naming import plain_title
from liaison.exchange.observing import Found, moment, observe, port, protocol
from liaison.exchange.stix.patterns import observables_in, value_of
from liaison.exchange.stix.vocabulary import EXTENSION, HASHES, SILENT, TLP_1, TLP_2, TLP_EXTENSION, VALUES
from liaison.exchange.strict_json import decode_json
from liaison.exchange.values import Document, Format, Indicator
from liaison.messages.forms.observables import Observable
from liaison.messages.message import Tlp

MOST_OBSERVED = 999_999_999
_KNOWN: Mapping[str, Tlp] = MappingProxyType({**{name: label for label, name in TLP_2.items()}, **TLP_1})
Placed = tuple[str, dict[str, Any]]


def decode_stix(data: bytes) -> Document:
    """What the bundle says. Raises MalformedError."""
    bundle = decode_json(data)
    told = inner(bundle).get("objects", []) if inner(bundle).get("type") == "bundle" else None
    if not isinstance(told, list) or len(objects(told)) != len(told):
        raise MalformedError("document-of-another-format", format=Format.STIX.value)
    reader = _Bundle([(f"objects[{number}]", each) for number, each in enumerate(told)])
    reader.read()
    report = next((each for _, each in reader.placed if text(each.get("type")) in ("report", "grouping")), {})
    exercise = any("exercise" in texts(each.get("labels")) for _, each in reader.placed)
    return Document(
        format=Format.STIX,
        version=text(bundle.get("spec_version")) or "2.1",
        title=plain_title(text(report.get("name")), exercise=exercise),
        description=text(report.get("description")),
        tlp=strictest(reader.label(each) for _, each in reader.placed),
        terms="\n".join(reader.statements()),
        exercise=exercise,
        indicators=tuple(sorted(reader.found.indicators, key=_place)),
        unclear=tuple(reader.found.unclear),
    )


class _Bundle:
    """One bundle with its objects by id."""

    def __init__(self, placed: list[Placed]) -> None:
        self.placed = placed
        self.found = Found()
        self._seen: set[tuple[object, ...]] = set()
        self._by_id = {each["id"]: (path, each) for path, each in placed if isinstance(each.get("id"), str)}

    def read(self) -> None:
        """Observed data, then indicators, then bare objects."""
        kinds = {"observed-data": self._observed, "indicator": self._indicator, "vulnerability": self._vulnerability}
        for kind, take in kinds.items():
            for path, each in self.placed:
                if text(each.get("type")) == kind:
                    take(path, each)
            self._seen = {_ends_of(each.what) for each in self.found.indicators}
        told = {(each.what.kind, each.what.value) for each in self.found.indicators}
        for path, each in self.placed:
            if text(each.get("type")) not in kinds and text(each.get("type")) not in SILENT:
                self._bare(path, each, told)

    def label(self, told: dict[str, Any]) -> Tlp | None:
        """The strictest label of one object."""
        found = texts(told.get("object_marking_refs"))
        found += [text(each.get("marking_ref")) for each in objects(told.get("granular_markings"))]
        return strictest(map(self._named, found))

    def statements(self) -> list[str]:
        """The statements of markings, each once, in order."""
        markings = [inner(each.get("definition")) for _, each in self.placed]
        told = [text(each.get("statement")) for each in markings]
        return list(dict.fromkeys(filter(None, told)))

    def _named(self, ref: str) -> Tlp | None:
        if ref in _KNOWN or ref not in self._by_id:
            return _KNOWN.get(ref)
        _, marking = self._by_id[ref]
        told = tlp_of(inner(marking.get("definition")).get("tlp"))
        return told or tlp_of(_extended(marking, TLP_EXTENSION).get("tlp_2_0"))

    def _observed(self, path: str, told: dict[str, Any]) -> None:
        exact = _extended(told, EXTENSION).get("observable")
        first, last = moment(told.get("first_observed")), moment(told.get("last_observed"))
        seen = {"first": first, "last": last, "count": _count(told.get("number_observed"))}
        members = self._members(told)
        traffic = [each for each in members.values() if text(each.get("type")) == "network-traffic"]
        ends = {text(each.get(side)) for each in traffic for side in ("src_ref", "dst_ref")}
        for name, each in members.items():
            if text(each.get("type")) == "network-traffic":
                self._take(self._ends(each, members, seen), exact, told, path)
            elif name not in ends:
                self._take(list(_plain(each, seen)), exact, told, path)

    def _take(self, found: list[Observable | None], exact: object, told: dict[str, Any], path: str) -> None:
        label = self.label(told)
        if not found:
            self.found.miss(path, "object-type")
        for what in found:
            if len(found) == 1:
                self.found.told(what, exact, label, path)
            else:
                self.found.add(what, label, path)

    def _members(self, told: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """The objects that were observed, by the names they have for one another."""
        inside = inner(told.get("objects"))
        if inside:
            return {name: each for name, each in inside.items() if isinstance(each, dict)}
        return {ref: self._by_id[ref][1] for ref in texts(told.get("object_refs")) if ref in self._by_id}

    def _ends(
        self, traffic: dict[str, Any], members: dict[str, dict[str, Any]], seen: dict[str, Any]
    ) -> list[Observable | None]:
        """Both ends of a connection, each with both ports."""
        known = [protocol(name) for name in texts(traffic.get("protocols"))]
        given = dict(seen)
        given["protocol"] = next((name for name in reversed(known) if name not in (None, "other")), None)
        given["source_port"], given["destination_port"] = port(traffic.get("src_port")), port(traffic.get("dst_port"))
        found = []
        for side, role in (("src_ref", "source"), ("dst_ref", "destination")):
            ref = text(traffic.get(side))
            end = members.get(ref) or self._by_id.get(ref, ("", {}))[1]
            if text(end.get("type")) in VALUES:
                found.append(value_of(text(end["type"]), end.get("value"), role=role, **given))
        return found

    def _indicator(self, path: str, told: dict[str, Any]) -> None:
        """A pattern, unless the same was observed: what was seen says more than what to look for."""
        if told.get("pattern_type", "stix") != "stix":
            self.found.miss(path, "pattern-type")
            return
        exact = _extended(told, EXTENSION).get("observable")
        found = observables_in(told.get("pattern"))
        if not found:
            self.found.miss(path, "pattern")
        for what in found:
            if exact is not None and len(found) == 1:
                self.found.told(what, exact, self.label(told), path)
            elif _ends_of(what) not in self._seen:
                self.found.add(what, self.label(told), path)
                self._seen.add(_ends_of(what))

    def _vulnerability(self, path: str, told: dict[str, Any]) -> None:
        exact = _extended(told, EXTENSION).get("observable")
        named = [text(each.get("external_id")) for each in objects(told.get("external_references"))]
        name = next(filter(None, named), told.get("name"))
        self.found.told(observe("vulnerability", name), exact, self.label(told), path)

    def _bare(self, path: str, told: dict[str, Any], known: set[tuple[Any, str]]) -> None:
        """An object of its own; one that is only part of what was read already is passed over."""
        found = [what for what in _plain(told, {}) if what is not None]
        if text(told.get("type")) == "network-traffic":
            found = [what for what in self._ends(told, {}, {}) if what is not None]
        if not found:
            self.found.miss(path, "object-type")
        for what in found:
            if (what.kind, what.value) not in known:
                self.found.add(what, self.label(told), path)


def _plain(told: dict[str, Any], seen: dict[str, Any]) -> Iterator[Observable | None]:
    """The observables of an object without ports: a value, a number, or hashes."""
    kind = text(told.get("type"))
    if kind in VALUES:
        yield value_of(str(kind), told.get("value"), **seen)
    elif kind == "autonomous-system":
        number = told.get("number")
        yield observe("asn", str(number), **seen) if isinstance(number, int) else None
    elif kind == "file":
        for name, value in inner(told.get("hashes")).items():
            if name.upper() in HASHES:
                yield observe(HASHES[name.upper()], value, role="artefact", **seen)


def _place(indicator: Indicator) -> int:
    """Where in the bundle its object stands."""
    return int(indicator.path[len("objects[") : -1])


def _ends_of(what: Observable) -> tuple[object, ...]:
    """What makes a pattern another one: the thing and its ports."""
    return what.kind, what.value, what.source_port, what.destination_port


def _extended(told: dict[str, Any], name: str) -> dict[str, Any]:
    return inner(inner(told.get("extensions")).get(name))


def _count(value: object) -> int | None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and 1 <= value < MOST_OBSERVED else None  # type: ignore[return-value,operator]
