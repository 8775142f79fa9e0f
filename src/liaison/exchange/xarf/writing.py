"""How does a case become reports in XARF v4? One report an observable, one line a report.

    {"xarf_version":"4.2.0","report_id":"…","timestamp":"2026-11-22T05:10:05+03:00","source_identifier":"192.0.2.10",
     "source_port":51044,"category":"connection","type":"login_attack","destination_port":22,"protocol":"tcp",…,
     "tags":["tlp:amber"],"liaison":{"observable":{…},"title":"…"}}

Invariants (docs/spec/exchange.md):
- XARF asks what a source did: what is no source (a destination, a hash, a prefix) is left out, and the caller told;
- a category that demands what is not known is not claimed: then the report is `reputation/threat_intelligence`;
- `timestamp` is demanded: where no time is known it is the case's, and the exact observable says that none is known.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from liaison.exchange.marking import spelled
from liaison.exchange.naming import domain_of, identifier, shown_title
from liaison.exchange.observing import exact, local
from liaison.exchange.values import Report, Written
from liaison.messages.forms.observables import Observable

VERSION = "4.2.0"
SOURCES = ("ipv4", "ipv6", "domain", "url", "email")
LONGEST_DESCRIPTION = 1000

# Our incident type → category and type of XARF, and the members that pair demands.
CLASSES: Mapping[str, tuple[str, str, tuple[str, ...]]] = MappingProxyType(
    {
        "intrusion-attempts:brute-force": ("connection", "login_attack", ("first_seen", "protocol", "source_port")),
        "information-gathering:scanner": ("connection", "port_scan", ("first_seen", "protocol", "source_port")),
        "availability:ddos": ("connection", "ddos", ("first_seen", "protocol", "source_port")),
        "availability:dos": ("connection", "ddos", ("first_seen", "protocol", "source_port")),
        "fraud:phishing": ("content", "phishing", ("url",)),
        "malicious-code:malware-distribution": ("content", "malware", ("url",)),
    }
)


def encode_xarf(report: Report) -> Written:
    """The reports as JSON lines, and the observables that are no source. Nothing is raised."""
    lines, left_out = [], []
    for number, what in enumerate(report.observables):
        if what.kind not in SOURCES or what.role == "destination":
            left_out.append(number)
            continue
        lines.append(json.dumps(_report(report, number, what), ensure_ascii=False, separators=(",", ":")) + "\n")
    return Written("".join(lines).encode(), tuple(left_out))


def _report(report: Report, number: int, what: Observable) -> dict[str, Any]:
    mailbox = report.publisher.mailbox
    contact = {"org": report.publisher.name[:200], "contact": mailbox, "domain": domain_of(mailbox)}
    first = what.first_seen or report.composed
    told: dict[str, Any] = {
        "xarf_version": VERSION,
        "report_id": identifier(report, "xarf", str(number), what.value),
        "timestamp": local(first, what.offset if what.first_seen else None),
        "reporter": contact,
        "sender": contact,
        "source_identifier": what.value,
    }
    told |= _optional(what)
    told |= _class(report.incident_type, told)
    told["description"] = (report.description or report.title)[:LONGEST_DESCRIPTION]
    told["tags"] = [f"tlp:{spelled(report.tlp)}", *(["exercise:yes"] if report.exercise else [])]
    told["liaison"] = {
        "description": report.description,
        "exercise": report.exercise,
        "observable": exact(what),
        "terms": report.terms,
        "title": shown_title(report),
    }
    if report.rows:
        told["liaison"]["row"] = report.rows[number]
    return told


def _optional(what: Observable) -> dict[str, Any]:
    known = {
        "source_port": what.source_port or None,
        "destination_port": what.destination_port or None,
        "protocol": what.protocol,
        "first_seen": what.first_seen and local(what.first_seen, what.offset),
        "last_seen": what.last_seen and local(what.last_seen, what.offset),
        "url": what.value if what.kind == "url" else None,
    }
    return {name: value for name, value in known.items() if value is not None}


def _class(incident_type: str, told: Mapping[str, Any]) -> dict[str, str]:
    category, kind, demanded = CLASSES.get(incident_type, ("", "", ()))
    if category and all(name in told for name in demanded):
        return {"category": category, "type": kind}
    return {"category": "reputation", "type": "threat_intelligence", "threat_type": incident_type}
