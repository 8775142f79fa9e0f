"""How does a case become an event of MISP's core format?

    {"Event": {"uuid": "…", "info": "Scanning of port 22", "Tag": [{"name": "tlp:amber"}], "Attribute": [
      {"type": "ip-src|port", "category": "Network activity", "value": "192.0.2.10|51044", "first_seen": "…", …}]}}

Invariants (docs/spec/exchange.md): an event is made for its own organisation (`distribution` 0), so that no server
passes it on by
itself; what an attribute has no member for stands in its comment; nothing is marked for automatic blocking.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from liaison.exchange.marking import spelled
from liaison.exchange.misp.vocabulary import COMMENT, DESCRIPTION, EXERCISE, ROW_COMMENT, TERMS
from liaison.exchange.naming import identifier, printed, shown_title
from liaison.exchange.observing import exact, local
from liaison.exchange.values import Report, Written
from liaison.messages.forms.observables import Observable

OWN_ORGANISATION, OF_THE_EVENT = "0", "5"
UNDEFINED_THREAT, ONGOING = "4", "1"
_TYPES = {
    "asn": ("AS", "Network activity"),
    "domain": ("domain", "Network activity"),
    "url": ("url", "Network activity"),
    "email": ("email-src", "Payload delivery"),
    "md5": ("md5", "Payload delivery"),
    "sha1": ("sha1", "Payload delivery"),
    "sha256": ("sha256", "Payload delivery"),
    "vulnerability": ("vulnerability", "External analysis"),
    "other": ("other", "Other"),
}


def encode_misp(report: Report) -> Written:
    """The event; MISP has a place for every observable. Nothing is raised."""
    organisation = {"name": report.publisher.name, "uuid": identifier(report, "organisation", report.publisher.name)}
    words = [(DESCRIPTION, report.description), (TERMS, report.terms)]
    event = {
        "uuid": identifier(report, "event"),
        "info": shown_title(report),
        "date": report.composed[:10],
        "timestamp": _epoch(report.changed),
        "published": False,
        "threat_level_id": UNDEFINED_THREAT,
        "analysis": ONGOING,
        "distribution": OWN_ORGANISATION,
        "Orgc": organisation,
        "Tag": [{"name": f"tlp:{spelled(report.tlp)}"}, *([{"name": EXERCISE}] if report.exercise else [])],
        "Attribute": [
            *(_attribute(report, name, ("comment", "Other", text), name) for name, text in words if text),
            *(_observed(report, number, what) for number, what in enumerate(report.observables)),
        ],
    }
    return Written(printed({"Event": event}))


def _observed(report: Report, number: int, what: Observable) -> dict[str, Any]:
    told = _compact(exact(what))
    row = ROW_COMMENT + _compact(report.rows[number], sort=False) if report.rows else ""
    made = _attribute(report, str(number), _triplet(what), COMMENT + told + row)
    seen = {"first_seen": what.first_seen, "last_seen": what.last_seen}
    return made | {name: local(at, what.offset or "+00:00") for name, at in seen.items() if at is not None}


def _compact(value: object, *, sort: bool = True) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=sort)


def _triplet(what: Observable) -> tuple[str, str, str]:
    """Type, category and value; an address brings its own port along."""
    if what.kind in _TYPES:
        return (*_TYPES[what.kind], what.value)
    far = what.role in ("destination", "infrastructure")
    kind, port = ("ip-dst", what.destination_port) if far else ("ip-src", what.source_port)
    if port is None or what.kind == "prefix":
        return kind, "Network activity", what.value
    return f"{kind}|port", "Network activity", f"{what.value}|{port}"


def _attribute(report: Report, part: str, triplet: tuple[str, str, str], comment: str) -> dict[str, Any]:
    kind, category, value = triplet
    return {
        "uuid": identifier(report, "attribute", part, value),
        "type": kind,
        "category": category,
        "to_ids": False,
        "distribution": OF_THE_EVENT,
        "timestamp": _epoch(report.changed),
        "comment": comment,
        "value": value,
    }


def _epoch(instant: str) -> str:
    return str(int(datetime.fromisoformat(instant).timestamp()))
