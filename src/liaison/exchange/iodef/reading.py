"""What does a document in IODEF v2 (RFC 7970) say?

    <IODEF-Document version="2.00" …><Incident restriction="amber">…<EventData>…<Flow><System category="source">…

Invariants (docs/spec/exchange.md): times of an event hold for all of its systems; a restriction goes down to what has
none of its
own; `private`, `need-to-know` and the like are words of their writer and no label of ours, so they are listed as not
understood.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from typing import Any

from liaison.errors import MalformedError
from liaison.exchange.iodef.vocabulary import (
    ADDRESSES,
    ALGORITHMS,
    BULK,
    EXERCISE,
    OBSERVABLE,
    PROTOCOLS,
    ROLES,
    SPACE,
    TERMS,
)
from liaison.exchange.marking import strictest, tlp_of
from liaison.exchange.naming import plain_title
from liaison.exchange.observing import Found, moment, observe, port
from liaison.exchange.strict_json import decode_json
from liaison.exchange.strict_xml import Element, decode_xml
from liaison.exchange.values import Document, Format
from liaison.messages.forms.observables import Observable
from liaison.messages.message import Tlp

_WORDS_OF_THEIR_OWN = frozenset({"public", "partner", "need-to-know", "private", "default"})


def decode_iodef(data: bytes) -> Document:
    """What the incidents say. Raises MalformedError."""
    root = decode_xml(data)
    if root.name != f"{SPACE} IODEF-Document" or root.attributes.get("version") != "2.00":
        raise MalformedError("document-of-another-format", format=Format.IODEF.value)
    reader = _Reader()
    incidents = root.all("Incident")
    for path, incident in _numbered("Incident", incidents):
        reader.incident(incident, path)
    first = incidents[0] if incidents else Element("", {})
    told = [each.text for each in first.all("Description")]
    beside = {each.attributes.get("meaning"): each.text for each in first.all("AdditionalData")}
    exercise = any(beside_of(each, EXERCISE) == "true" for each in incidents)
    return Document(
        format=Format.IODEF,
        version="2.00",
        title=plain_title(told[0] if told else "", exercise=exercise),
        description="\n".join(told[1:]),
        tlp=strictest(reader.labels),
        terms=beside.get(TERMS, ""),
        exercise=exercise,
        indicators=tuple(reader.found.indicators),
        unclear=tuple(reader.found.unclear),
    )


def beside_of(element: Element, meaning: str) -> str | None:
    """The additional data of this meaning."""
    found = (each.text for each in element.all("AdditionalData") if each.attributes.get("meaning") == meaning)
    return next(found, None)


class _Reader:
    """What was found while going down a document."""

    def __init__(self) -> None:
        self.found = Found()
        self.labels: list[Tlp | None] = []

    def incident(self, incident: Element, path: str) -> None:
        """One incident: its events, then its indicators."""
        label = self._label(incident, None, path)
        for where, event in _numbered(f"{path}/EventData", incident.all("EventData")):
            self._event(event, label, where, {})
        for where, each in _numbered(f"{path}/IndicatorData/Indicator", incident.all("IndicatorData", "Indicator")):
            self._indicator(each, self._label(each, label, where), where)

    def _label(self, element: Element, above: Tlp | None, path: str) -> Tlp | None:
        told = element.attributes.get("restriction")
        own = tlp_of(element.attributes.get("ext-restriction") if told == "ext-value" else told)
        if told is not None and own is None and told != "default":
            self.found.miss(f"{path}/@restriction", "restriction" if told in _WORDS_OF_THEIR_OWN else "value")
        self.labels.append(own)
        return own or above

    def _event(self, event: Element, above: Tlp | None, path: str, seen: dict[str, Any]) -> None:
        label = self._label(event, above, path)
        begun = moment(event.words("StartTime")) or moment(event.words("DetectTime")) or seen.get("first")
        seen = {"first": begun, "last": moment(event.words("EndTime")) or seen.get("last")}
        systems = list(_numbered(f"{path}/Flow/System", event.all("Flow", "System")))
        files = event.all("Record", "RecordData", "FileData", "File")
        exact = _exact(beside_of(event, OBSERVABLE))
        whole = [each for where, system in systems for each in self._system(system, where, seen)]
        whole += [(what, f"{path}/Record") for each in files for what in _hashes(each, seen)]
        for what, where in whole:
            if len(whole) == 1:
                self.found.told(what, exact, label, where)
            else:
                self.found.add(what, label, where)
        for where, inner in _numbered(f"{path}/EventData", event.all("EventData")):
            self._event(inner, label, where, seen)

    def _system(self, system: Element, path: str, seen: dict[str, Any]) -> list[tuple[Observable | None, str]]:
        service = (system.all("Service") or [Element("", {})])[0]
        role = ROLES.get(system.attributes.get("category", ""))
        counted = system.all("Counter") + system.all("Node", "Counter")
        near = port(service.words("Port"))
        given = dict(seen) | {
            "role": role,
            "protocol": PROTOCOLS.get(service.attributes.get("ip-protocol", "")),
            "source_port": near if role == "source" else None,
            "destination_port": near if role != "source" else None,
            "count": _count(counted[0].text) if counted else None,
        }
        found = [(_address(each, given), path) for each in system.all("Node", "Address")]
        found += [(observe("domain", each.words("Name"), **given), path) for each in system.all("Node", "DomainData")]
        if not found:
            self.found.miss(path, "element")
        return found

    def _indicator(self, indicator: Element, label: Tlp | None, path: str) -> None:
        seen = {"first": moment(indicator.words("StartTime")), "last": moment(indicator.words("EndTime"))}
        found: list[tuple[Observable | None, str]] = []
        for observable in indicator.all("Observable"):
            for system in observable.all("System"):
                found += self._system(system, f"{path}/Observable/System", seen)
            found += [(_address(each, seen), f"{path}/Observable/Address") for each in observable.all("Address")]
            names = observable.all("DomainData")
            found += [
                (observe("domain", each.words("Name"), **seen), f"{path}/Observable/DomainData") for each in names
            ]
            files = observable.all("FileData", "File")
            found += [(what, f"{path}/Observable/FileData") for each in files for what in _hashes(each, seen)]
            for bulk in observable.all("BulkObservable"):
                found += [(what, f"{path}/Observable/BulkObservable") for what in _bulk(bulk, seen)]
        if not found:
            self.found.miss(path, "element")
        for what, where in found:
            self.found.add(what, label, where)


def _address(address: Element, given: dict[str, Any]) -> Observable | None:
    kind = ADDRESSES.get(address.attributes.get("category", "ipv4-addr"))
    return observe(kind, address.text.strip(), **given) if kind else None


def _bulk(bulk: Element, seen: dict[str, Any]) -> Iterator[Observable | None]:
    kind = BULK.get(bulk.attributes.get("type", ""))
    for line in bulk.words("BulkObservableList").splitlines():
        yield observe(kind, line.strip(), **seen) if kind else None


def _hashes(file: Element, seen: dict[str, Any]) -> Iterator[Observable | None]:
    for each in file.all("HashData", "Hash"):
        method = each.all("DigestMethod")
        kind, size = ALGORITHMS.get(method[0].attributes.get("Algorithm", "") if method else "", ("", 0))
        try:
            digest = b64decode(each.words("DigestValue"), validate=True)
        except ValueError:
            digest = b""
        yield observe(kind, digest.hex(), role="artefact", **seen) if kind and len(digest) == size else None


def _exact(text: str | None) -> object:
    if text is None:
        return None
    try:
        return decode_json(text.encode())
    except MalformedError:
        return False


def _count(text: str) -> int | None:
    digits = text.strip()
    return int(digits) if digits.isascii() and digits.isdigit() and 0 < len(digits) < 16 and int(digits) else None


def _numbered(path: str, elements: list[Element]) -> Iterator[tuple[str, Element]]:
    """Each with its path; the number is left away where there is only one."""
    for number, each in enumerate(elements, 1):
        yield (f"{path}[{number}]" if len(elements) > 1 else path), each
