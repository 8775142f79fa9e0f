"""What exactly was observed, so that the other side can find it in its own records?

    {"count": 412, "destination_port": 22, "first_seen": "2026-11-22T02:10:05Z", "kind": "ipv4",
     "last_seen": "2026-11-22T02:58:40Z", "offset": "+03:00", "protocol": "tcp", "role": "source",
     "source_port": 51044, "value": "192.0.2.10"}

Invariants (docs/spec/forms.md):
- times are UTC; `offset` keeps the zone of the clock that recorded them, for whoever compares with raw records;
- values have one spelling: addresses as RFC 5952 writes them, domains in lower-case ASCII, hashes in lower-case hex;
- behind carrier NAT an address without time and port names nobody: `missing_for_nat` says what to ask for.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Annotated, Literal

import msgspec

from liaison.errors import MalformedError
from liaison.messages.forms.strict import strictly
from liaison.wire.canonical import JSON
from liaison.wire.identifiers import Instant, parse_instant

MOST_OBSERVABLES = 1000

Kind = Literal[
    "ipv4", "ipv6", "prefix", "asn", "domain", "url", "email", "sha256", "sha1", "md5", "vulnerability", "other"
]  # fmt: skip
Protocol = Literal["tcp", "udp", "icmp", "icmpv6", "sctp", "gre", "esp", "other"]
Role = Literal["source", "destination", "infrastructure", "artefact"]
Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]

_LABEL = r"(?!-)[a-z0-9_-]{1,63}(?<!-)"
_DOMAIN = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*")
_UNFIT = re.compile("[\x00-\x20\x7f-\xa0\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class Observable(msgspec.Struct, frozen=True):
    """One thing seen; null is "not known", never "none"."""

    kind: Kind
    value: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
    role: Role | None
    source_port: Port | None
    destination_port: Port | None
    protocol: Protocol | None
    count: Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)] | None
    first_seen: Instant | None
    last_seen: Instant | None
    offset: Annotated[str, msgspec.Meta(pattern=r"^[+-](?:0[0-9]|1[0-4]):[0-5][0-9]\Z")] | None


def read_observables(value: JSON) -> tuple[Observable, ...]:
    """At most 1,000 observables. Raises MalformedError for a value in another spelling or times out of order."""
    items = strictly(value, tuple[Observable, ...])
    if len(items) > MOST_OBSERVABLES:
        raise MalformedError("too-many-observables", count=len(items), limit=MOST_OBSERVABLES)
    for item in items:
        _check(item)
    return items


def missing_for_nat(item: Observable) -> tuple[str, ...]:
    """What `item` lacks for its network to find the user of a shared address; empty for other kinds."""
    if item.kind not in ("ipv4", "ipv6"):
        return ()
    port = "destination_port" if item.role == "destination" else "source_port"
    wanted = {"first_seen": item.first_seen, "protocol": item.protocol, port: getattr(item, port)}
    return tuple(name for name, found in wanted.items() if found is None)


def _check(item: Observable) -> None:
    times = [parse_instant(time) for time in (item.first_seen, item.last_seen) if time is not None]
    if times != sorted(times):
        raise MalformedError("observable-times", kind=item.kind)
    try:
        fits = _SPELLINGS[item.kind](item.value)
    except ValueError:
        fits = False
    if not fits:
        raise MalformedError("observable-value", kind=item.kind)


def _hex(length: int) -> Callable[[str], bool]:
    pattern = re.compile(rf"[0-9a-f]{{{length}}}")
    return lambda value: pattern.fullmatch(value) is not None


def _is_asn(value: str) -> bool:
    return re.fullmatch(r"AS(?:0|[1-9][0-9]{0,9})", value) is not None and int(value[2:]) < 2**32


def _is_email(value: str) -> bool:
    local, _, domain = value.rpartition("@")
    return 1 <= len(local) <= 64 and _plain(value) and _DOMAIN.fullmatch(domain) is not None


def _is_url(value: str) -> bool:
    return re.match(r"[a-z][a-z0-9+.-]{1,15}://.", value) is not None and _plain(value)


def _plain(value: str) -> bool:
    return _UNFIT.search(value) is None


def _is_line(value: str) -> bool:
    return value == value.strip() and all(_plain(word) for word in value.split(" "))


_SPELLINGS: Mapping[str, Callable[[str], bool]] = MappingProxyType(
    {
        "asn": _is_asn,
        "domain": lambda value: _DOMAIN.fullmatch(value) is not None,
        "email": _is_email,
        "ipv4": lambda value: str(ipaddress.IPv4Address(value)) == value,
        "ipv6": lambda value: str(ipaddress.IPv6Address(value)) == value and "%" not in value,
        "md5": _hex(32),
        "other": _is_line,
        "prefix": lambda value: str(ipaddress.ip_network(value)) == value and "%" not in value,
        "sha1": _hex(40),
        "sha256": _hex(64),
        "url": _is_url,
        "vulnerability": lambda value: re.fullmatch(r"[A-Z][A-Za-z0-9-]{1,60}", value) is not None,
    }
)
