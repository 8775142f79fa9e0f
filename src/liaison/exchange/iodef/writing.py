"""How does a case become a document in IODEF v2 (RFC 7970)?

    <IODEF-Document version="2.00" xml:lang="en" xmlns="urn:ietf:params:xml:ns:iodef-2.0">
      <Incident purpose="reporting" restriction="amber">
        <IncidentID name="xc.example">…</IncidentID>
        <GenerationTime>2026-11-22T03:02:00Z</GenerationTime>
        <Description>Scanning of port 22</Description>
        …
        <EventData><StartTime>2026-11-22T05:10:05+03:00</StartTime>
          <Flow><System category="source"><Node><Address category="ipv4-addr">192.0.2.10</Address></Node>
            <Service ip-protocol="6"><Port>51044</Port></Service><Counter type="count"
            unit="event">412</Counter></System></Flow>

Invariants (docs/spec/exchange.md): elements stand in the order of the schema; one EventData an observable; what the
schema has no
element for (a port at the other end, the exact observable) is AdditionalData; a vulnerability has no place and is
left out.
"""

from __future__ import annotations

import json
from base64 import b64encode
from xml.sax.saxutils import escape, quoteattr

from liaison.exchange.iodef.vocabulary import (
    ADDRESSES,
    ALGORITHMS,
    EXERCISE,
    OBSERVABLE,
    PROTOCOLS,
    ROLES,
    SIGNATURES,
    SPACE,
    TERMS,
)
from liaison.exchange.marking import spelled
from liaison.exchange.naming import domain_of, identifier, shown_title
from liaison.exchange.observing import exact, local
from liaison.exchange.values import Report, Written
from liaison.messages.forms.observables import Observable

_CATEGORY = {"asn": "asn", "email": "e-mail", "ipv4": "ipv4-addr", "ipv6": "ipv6-addr", "url": "site-uri"}
_RESTRICTION = {"clear": "white", "green": "green", "amber": "amber", "red": "red"}
_NUMBERS = {name: number for number, name in PROTOCOLS.items()}
_HASHES = {name: uri for uri, (name, _) in ALGORITHMS.items()}
_CATEGORIES = {ours: theirs for theirs, ours in ROLES.items()}
NO_PLACE = ("vulnerability", "other")


def encode_iodef(report: Report) -> Written:
    """The document, and the observables that have no element. Nothing is raised."""
    left_out = [number for number, what in enumerate(report.observables) if what.kind in NO_PLACE]
    events = [_event(what) for number, what in enumerate(report.observables) if number not in left_out]
    label = _RESTRICTION.get(report.tlp)
    restriction = (
        {"restriction": label} if label else {"restriction": "ext-value", "ext-restriction": spelled(report.tlp)}
    )
    name = domain_of(report.publisher.mailbox)
    inner = [
        _element("IncidentID", identifier(report, "incident"), name=name),
        _element("GenerationTime", report.changed),
        _element("Description", shown_title(report)),
        *([_element("Description", report.description)] if report.description else []),
        _contact(report),
        *events,
        *_additional(report),
    ]
    incident = _parent("Incident", inner, purpose="reporting", **restriction)
    root = f'<IODEF-Document version="2.00" xml:lang={quoteattr(report.lang)} xmlns="{SPACE}" xmlns:ds="{SIGNATURES}">'
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n{root}\n{incident}\n</IODEF-Document>\n'
    return Written(text.encode(), tuple(left_out))


def _contact(report: Report) -> str:
    mailbox = report.publisher.mailbox
    inner = [_element("ContactName", report.publisher.name)]
    inner += [_parent("Email", [_element("EmailTo", mailbox)])] if mailbox else []
    return _parent("Contact", inner, role="creator", type="organization")


def _additional(report: Report) -> list[str]:
    found = [_element("AdditionalData", report.terms, dtype="string", meaning=TERMS)] if report.terms else []
    if report.exercise:
        found.append(_element("AdditionalData", "true", dtype="boolean", meaning=EXERCISE))
    return found


def _event(what: Observable) -> str:
    times = {"StartTime": what.first_seen, "EndTime": what.last_seen}
    inner = [_element(name, local(at, what.offset)) for name, at in times.items() if at is not None]
    inner.append(_record(what) if what.kind in _HASHES else _parent("Flow", [_system(what)]))
    told = json.dumps(exact(what), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    inner.append(_element("AdditionalData", told, dtype="json", meaning=OBSERVABLE))
    return _parent("EventData", inner)


def _system(what: Observable) -> str:
    category = _CATEGORIES.get(what.role or "")
    of = {"category": category} if category else {"category": "ext-value", "ext-category": what.role or "unknown"}
    port = what.source_port if what.role == "source" else what.destination_port
    inner = [_parent("Node", [_place(what)])]
    number = _NUMBERS.get(what.protocol or "")
    if port is not None and number is not None:
        inner.append(_parent("Service", [_element("Port", str(port))], **{"ip-protocol": number}))
    if what.count is not None:
        inner.append(_element("Counter", str(what.count), type="count", unit="event"))
    return _parent("System", inner, **of)


def _place(what: Observable) -> str:
    if what.kind == "domain":
        return _parent(
            "DomainData", [_element("Name", what.value)], **{"system-status": "unknown", "domain-status": "unknown"}
        )
    network = "ipv6-net" if ":" in what.value else "ipv4-net"
    category = _CATEGORY.get(what.kind, network)
    value = what.value.removeprefix("AS") if ADDRESSES[category] == "asn" else what.value
    return _element("Address", value, category=category)


def _record(what: Observable) -> str:
    digest = b64encode(bytes.fromhex(what.value)).decode()
    method = f"<ds:DigestMethod Algorithm={quoteattr(_HASHES[what.kind])}/>"
    hashed = _parent("Hash", [method, f"<ds:DigestValue>{digest}</ds:DigestValue>"])
    hash_data = _parent("HashData", [hashed], scope="file-contents")
    return _parent("Record", [_parent("RecordData", [_parent("FileData", [_parent("File", [hash_data])])])])


def _element(element: str, text: str, **attributes: str) -> str:
    return f"<{element}{_told(attributes)}>{escape(text)}</{element}>"


def _parent(element: str, inner: list[str], **attributes: str) -> str:
    return f"<{element}{_told(attributes)}>" + "".join(inner) + f"</{element}>"


def _told(attributes: dict[str, str]) -> str:
    return "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
