"""How does an officer type what was observed? One thing a line, what is known of it behind it, in any order.

    192.0.2.10:51044 tcp 2026-11-22 04:10:05 2026-11-22 04:58:40 x412      seen from, port, protocol, first, last, count
    192.0.2.10 51044>22 source                                             port of the source, port of the destination
    [2001:db8::7]:443   192.0.2.0/24   AS64500   example.org   hxxps://example[.]org/path   user@example.org
    9f86d081…(64 hex)   CVE-2026-1234   other: the words of a ransom note

Invariants:
- addresses and names that were made harmless to click (`hxxp`, `[.]`), have digits of another script or marks of
  direction that nobody sees are read as what they name;
- times without an offset are of the typist's zone; `offset` keeps the offset they were typed with;
- a line that cannot be read says which line and why; the others are read all the same.
"""

from __future__ import annotations

import ipaddress
import re
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from liaison.errors import MalformedError
from liaison.messages.forms import read_observables
from liaison.routing.addresses import Name, parse_host, spell_plainly
from liaison.web.forms.instants import offset_of, parse_local
from liaison.web.words import explained
from liaison.wire.canonical import JSON
from liaison.wire.identifiers import format_instant

PROTOCOLS = frozenset({"tcp", "udp", "icmp", "icmpv6", "sctp", "gre", "esp"})
ROLES = frozenset({"source", "destination", "infrastructure", "artefact"})
HASHES = {64: "sha256", 40: "sha1", 32: "md5"}
_HEX = re.compile(r"(?:sha256:|sha1:|md5:)?([0-9a-f]+)", re.IGNORECASE)
_VULNERABILITY = re.compile(r"(?:CVE|EUVD|GHSA|CNVD|JVNDB|BDU)-[A-Za-z0-9-]{4,50}", re.IGNORECASE)
_AS = re.compile(r"AS([0-9]{1,10})", re.IGNORECASE)
_PORTS = re.compile(r"([0-9]{1,5})?(?:(?:->|>|→)([0-9]{1,5}))?")
_COUNT = re.compile("[x\u00d7]([0-9]{1,12})|([0-9]{1,12})[x\u00d7]")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_OFFSET = re.compile(r"(?:Z|UTC|[+-]\d\d:\d\d)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that could not be read, counted from 1, and why."""

    number: int
    why: str


def read_lines(text: str, zone: zoneinfo.ZoneInfo) -> tuple[list[JSON], list[BadLine]]:
    """The observables of the lines, and the lines that are none."""
    found: list[JSON] = []
    bad: list[BadLine] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            item = _read_line(line.strip(), zone)
            read_observables([item])
            found.append(item)
        except MalformedError as error:
            bad.append(BadLine(number, explained(error).what))
    return found, bad


def _read_line(line: str, zone: zoneinfo.ZoneInfo) -> JSON:
    """One observable. Raises MalformedError."""
    item: dict[str, Any] = dict.fromkeys(
        ("role", "source_port", "destination_port", "protocol", "count", "first_seen", "last_seen", "offset")
    )
    if line.lower().startswith("other:"):
        return item | {"kind": "other", "value": " ".join(line[6:].split())}
    first, *rest = _tokens(line)
    item["kind"], item["value"], port = name_what(first)
    ports = [port] if port is not None else []
    words = iter(word for word in rest if word)
    for word in words:
        if not _take_word(word.lower(), item, ports) and not _take_time(word, words, item, zone):
            raise MalformedError("observable-word", word=word[:60])
    _place_ports(ports, item)
    return item


def _tokens(line: str) -> list[str]:
    if "," in line and "://" not in line and not line.split()[1:]:
        return line.split(",")
    first, *rest = line.split() or [""]
    joined: list[str] = []
    for word in (word.strip(",;") for word in rest):
        if joined and _OFFSET.fullmatch(word):
            joined[-1] += word
        elif word not in ("", "-", "\u2013", "\u2026", ".."):
            joined.append(word)
    return [first.rstrip(",;"), *joined]


def name_what(text: str) -> tuple[str, str, int | None]:
    """Kind, value in its one spelling, and a port typed with it. Raises MalformedError."""
    text = spell_plainly(text)
    if "://" in text:
        scheme, _, rest = text.partition("://")
        return "url", f"{scheme.lower()}://{rest}", None
    if "@" in text:
        local, _, domain = text.rpartition("@")
        return "email", f"{local}@{domain.lower()}", None
    if (system := _AS.fullmatch(text)) is not None:
        return "asn", f"AS{int(system[1])}", None
    if _VULNERABILITY.fullmatch(text):
        return "vulnerability", text.upper() if text[:4].upper() != "GHSA" else "GHSA" + text[4:].lower(), None
    if (hexes := _HEX.fullmatch(text)) is not None and len(hexes[1]) in HASHES:
        return HASHES[len(hexes[1])], hexes[1].lower(), None
    return _name_place(text)


def _name_place(text: str) -> tuple[str, str, int | None]:
    """An address, a prefix or a domain, with a port where one stands behind a colon."""
    if "/" in text:
        try:
            return "prefix", str(ipaddress.ip_network(text)), None
        except ValueError as error:
            raise MalformedError("prefix-malformed") from error
    host, port = text, None
    parted = re.fullmatch(r"\[([0-9A-Fa-f:.]+)\]:([0-9]{1,5})|([^:]+):([0-9]{1,5})", text)
    if parted is not None:
        host, port = parted[1] or parted[3], int(parted[2] or parted[4])
    host = host.strip("[]")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        found = parse_host(host)
        if not isinstance(found, Name):
            raise MalformedError("address-malformed") from None
        return "domain", found.text, port
    return f"ipv{address.version}", str(address), port


def _take_word(word: str, item: dict[str, Any], ports: list[int]) -> bool:
    """Whether the word says something that needs no other word."""
    if word in PROTOCOLS:
        item["protocol"] = word
    elif word in ROLES:
        item["role"] = word
    elif (count := _COUNT.fullmatch(word)) is not None:
        item["count"] = int(count[1] or count[2])
    elif (found := _PORTS.fullmatch(word)) is not None and word:
        if found[1]:
            ports.append(int(found[1]))
        if found[2]:
            item["destination_port"] = int(found[2])
    else:
        return False
    return True


def _take_time(word: str, rest: Iterator[str], item: dict[str, Any], zone: zoneinfo.ZoneInfo) -> bool:
    """Whether the word begins a time; the first is when it was first seen, the second when last."""
    if _DAY.match(word) is None:
        return False
    at = parse_local(f"{word} {next(rest, '')}" if _DAY.fullmatch(word) else word, zone)
    place = "first_seen" if item["first_seen"] is None else "last_seen"
    if item[place] is not None:
        raise MalformedError("observable-word", word=word[:60])
    item[place] = format_instant(at)
    item["offset"] = item["offset"] or offset_of(at)
    return True


def _place_ports(ports: list[int], item: dict[str, Any]) -> None:
    """A port alone belongs to the end that was observed."""
    if not ports:
        return
    if len(ports) > 1 or max(ports) > 65535:
        raise MalformedError("observable-word", word=str(ports[-1]))
    item["destination_port" if item["role"] == "destination" else "source_port"] = ports[0]


def line_words(bad: BadLine) -> str:
    """What is wrong with a line, in a sentence that names it."""
    return gettext("Line %(number)s: %(why)s") % {"number": bad.number, "why": bad.why}
