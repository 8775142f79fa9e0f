"""What does a report in XARF v4 say? One JSON object, or one on each line.

    {"xarf_version":"4.0.0","timestamp":"2025-01-11T12:17:20Z","source_identifier":"198.51.100.77","source_port":45621,…}

Invariants (docs/spec/exchange.md): the source comes first, then its destination as an observable of its own; evidence
is never
unpacked; version 3 is refused by name, because it says the same in other members.
"""

from __future__ import annotations

from typing import Any

from liaison.errors import MalformedError
from liaison.exchange.marking import strictest, tlp_of
from liaison.exchange.members import inner, text, texts
from liaison.exchange.naming import plain_title
from liaison.exchange.observing import Found, kind_of, moment, observe, port, protocol
from liaison.exchange.strict_json import decode_json
from liaison.exchange.values import Document, Format
from liaison.messages.message import Tlp

MOST_REPORTS = 10_000
COUNTS = ("count", "attempt_count", "attempts_count", "total_probes", "total_requests", "packets_sent")
_WEB = ("url", "infringing_url", "submission_url")


def decode_xarf(data: bytes) -> Document:
    """What the reports say. Raises MalformedError."""
    reports = _reports(data)
    found = Found()
    labels = [_report(each, f"[{number}]" if len(reports) > 1 else "", found) for number, each in enumerate(reports)]
    first = reports[0]
    own = inner(first.get("liaison"))
    exercise = any("exercise:yes" in _tags(each) for each in reports)
    named = f"{text(first.get('category'))}/{text(first.get('type'))}"
    return Document(
        format=Format.XARF,
        version=text(first["xarf_version"]),
        title=plain_title(text(own.get("title")) or named, exercise=exercise),
        description=text(own.get("description")) if own else text(first.get("description")),
        tlp=strictest(labels),
        terms=text(own.get("terms")),
        exercise=exercise,
        indicators=tuple(found.indicators),
        unclear=tuple(found.unclear),
    )


def _reports(data: bytes) -> list[dict[str, Any]]:
    """One object over any lines, or one a line."""
    lines = [line for line in data.split(b"\n") if line.strip()]
    if len(lines) > 1 and lines[0].rstrip().endswith(b"}"):
        if len(lines) > MOST_REPORTS:
            raise MalformedError("document-too-many", limit=MOST_REPORTS)
        # Read as one array, so that all limits hold for all lines together.
        value = decode_json(b"[" + b",".join(lines) + b"]")
    else:
        value = [decode_json(data)]
    for each in value:
        if not isinstance(each, dict) or not text(each.get("xarf_version")).startswith("4."):
            raise MalformedError("document-of-another-format", format=Format.XARF.value)
    return list(value)


def _report(told: dict[str, Any], path: str, found: Found) -> Tlp | None:
    label = strictest(tlp_of(tag) for tag in _tags(told) if tag.startswith("tlp:"))
    source = told.get("source_identifier")
    kind = kind_of(source) if isinstance(source, str) else None
    first, last = moment(told.get("first_seen") or told.get("timestamp")), moment(told.get("last_seen"))
    if first is None:
        found.miss(f"{path}timestamp", "time")
    seen: dict[str, Any] = {
        "protocol": protocol(told.get("protocol")),
        "source_port": port(told.get("source_port")),
        "destination_port": port(told.get("destination_port")),
        "first": first,
        "last": last,
    }
    exact = inner(told.get("liaison")).get("observable")
    what = observe(kind, source, role="source", count=_count(told), **seen) if kind else None
    found.told(what, exact, label, f"{path}source_identifier")
    if told.get("destination_ip") is not None:
        address = told["destination_ip"]
        kind = kind_of(address) if isinstance(address, str) else None
        found.add(observe(kind, address, role="destination", **seen) if kind else None, label, f"{path}destination_ip")
    _content(told, path, label, found, known=source if isinstance(source, str) else "")
    return label


def _content(told: dict[str, Any], path: str, label: Tlp | None, found: Found, *, known: str) -> None:
    """URLs, vulnerabilities, servers that bots report to, and hashes of files, beside the source."""
    first = moment(told.get("first_seen") or told.get("timestamp"))
    for name in _WEB:
        if told.get(name) is not None and told[name] != known:
            found.add(observe("url", told[name], role="artefact", first=first), label, f"{path}{name}")
    if told.get("cve_id") is not None:
        found.add(observe("vulnerability", told["cve_id"]), label, f"{path}cve_id")
    server = told.get("c2_server")
    if server is not None:
        kind = kind_of(server) if isinstance(server, str) else None
        what = observe(kind, server, role="destination", first=first) if kind else None
        found.add(what, label, f"{path}c2_server")
    given = dict(inner(told.get("file_hashes")))
    name, colon, value = text(told.get("file_hash")).partition(":")
    given |= {name: value} if colon else {}
    for name, value in given.items():
        if name in ("md5", "sha1", "sha256"):
            found.add(observe(name, value, role="artefact"), label, f"{path}file_hashes/{name}")


def _tags(told: dict[str, Any]) -> list[str]:
    return [tag.lower() for tag in texts(told.get("tags"))]


def _count(told: dict[str, Any]) -> int | None:
    """How often the source was seen, where the type of report counts it."""
    for name in COUNTS:
        value = told.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and 1 <= value < 2**53:
            return value
    return None
