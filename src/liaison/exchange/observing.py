"""How does what a document says become an observable in our one spelling, and what if two parts of it differ?

    observe("ipv6", "2001:DB8::7", source_port=51044, first=Moment("2026-11-22T02:10:05Z", "+03:00"))
    moment("2026-11-22T05:10:05+03:00")       Moment(at="2026-11-22T02:10:05Z", offset="+03:00")

Invariants (docs/spec/exchange.md):
- a time without a zone is not a time: it is left out and said to be;
- `liaison` members carry the observable exactly as it was said; they count only where they agree with all that the
  format's own members say, so that nothing can be shown to one reader and hidden from another.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import msgspec

from liaison.errors import MalformedError
from liaison.exchange.values import MOST_INDICATORS, MOST_UNCLEAR, Indicator, Unclear
from liaison.messages.forms.observables import Observable, read_observables
from liaison.messages.message import Tlp
from liaison.wire.identifiers import format_instant

_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:[.,][0-9]{1,9})?([Zz]|[+-][0-9]{2}:?[0-9]{2})"
)
_OFFSET = re.compile(r"[+-](?:0[0-9]|1[0-4]):[0-5][0-9]")
_HASHES = {32: "md5", 40: "sha1", 64: "sha256"}
PROTOCOLS = frozenset({"tcp", "udp", "icmp", "icmpv6", "sctp", "gre", "esp"})
_AGREE = ("kind", "value", "source_port", "destination_port", "protocol", "count", "first_seen", "last_seen")
_MAY_BE_UNKNOWN = frozenset({"count", "first_seen", "last_seen"})
"""What some formats demand even where it is not known."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as UTC, and the zone of the clock that told it where the document says one."""

    at: str
    offset: str | None = None


@dataclass(slots=True)
class Found:
    """What was found so far in a document."""

    indicators: list[Indicator] = field(default_factory=list)
    unclear: list[Unclear] = field(default_factory=list)
    missed: int = 0

    def add(self, what: Observable | None, tlp: Tlp | None, path: str, why: str = "value") -> None:
        """Take one observable, or note that there is none. Raises MalformedError beyond the limit."""
        if what is None:
            self.miss(path, why)
            return
        if len(self.indicators) >= MOST_INDICATORS:
            raise MalformedError("document-too-many", limit=MOST_INDICATORS)
        self.indicators.append(Indicator(what, tlp, path))

    def miss(self, path: str, why: str) -> None:
        """Note a part that was not understood. Raises MalformedError beyond the limit."""
        self.missed += 1
        if self.missed > MOST_INDICATORS:
            raise MalformedError("document-too-many", limit=MOST_INDICATORS)
        if len(self.unclear) < MOST_UNCLEAR:
            self.unclear.append(Unclear(path[:200], why))

    def told(self, own: Observable | None, exact: object, tlp: Tlp | None, path: str) -> None:
        """Take what the format's own members say, made whole by the exact observable where the two agree."""
        whole = _exact(exact)
        if exact is not None and (own is None or whole is None or not _agrees(own, whole)):
            self.miss(path, "differs")
            whole = None
        self.add(whole or own, tlp, path)


def observe(kind: str, value: object, **given: Any) -> Observable | None:
    """The observable, or None where the value is not of that kind. `first` and `last` are moments or None."""
    if not isinstance(value, str) or not 1 <= len(value) <= 2000:
        return None
    first, last = given.pop("first", None), given.pop("last", None)
    told: dict[str, Any] = dict.fromkeys(Observable.__struct_fields__) | given
    told |= {"kind": kind, "first_seen": first and first.at, "last_seen": last and last.at}
    told["offset"] = next((each.offset for each in (first, last) if each is not None and each.offset), None)
    if first is not None and last is not None and last.at < first.at:
        told["last_seen"] = None
    try:
        told["value"] = _SPELLED.get(kind, str.strip)(value)
        return read_observables([told])[0]
    except (MalformedError, ValueError):
        return None


def kind_of(value: str) -> str | None:
    """What kind of observable a bare text is: address, prefix, AS number, URL, mailbox, hash, else domain."""
    text = value.strip()
    if "://" in text:
        return "url"
    for kind, read in (("ipv4", ipaddress.IPv4Address), ("ipv6", ipaddress.IPv6Address)):
        try:
            read(text)
        except ValueError:
            continue
        return kind
    if "/" in text:
        return "prefix"
    if "@" in text:
        return "email"
    if re.fullmatch(r"(?i)as[0-9]{1,10}", text):
        return "asn"
    if re.fullmatch(r"[0-9A-Fa-f]+", text) and len(text) in _HASHES:
        return _HASHES[len(text)]
    return "domain" if "." in text else None


def moment(value: object) -> Moment | None:
    """The moment that a text of RFC 3339 names; None for anything else, also without a zone."""
    found = _MOMENT.fullmatch(value.strip()) if isinstance(value, str) and len(value) < 64 else None
    if found is None:
        return None
    day, time, zone = found.groups()
    zone = "+00:00" if zone in "Zz" else zone if ":" in zone else f"{zone[:3]}:{zone[3:]}"
    try:
        at = format_instant(datetime.fromisoformat(f"{day}T{time}{zone}"))
    except (ValueError, OverflowError):
        return None
    known = found.group(3) not in "Zz" and zone != "-00:00" and _OFFSET.fullmatch(zone)
    return Moment(at, zone if known else None)


def of_epoch(seconds: object) -> Moment | None:
    """The moment of Unix seconds, as a number or decimal text; None where it is none."""
    text = str(seconds) if isinstance(seconds, int | str) and not isinstance(seconds, bool) else ""
    if not re.fullmatch(r"[0-9]{1,11}", text) or int(text) == 0:
        return None
    return Moment(format_instant(datetime.fromtimestamp(int(text), UTC)))


def local(at: str, offset: str | None) -> str:
    """The instant as RFC 3339 in the zone of the clock that told it."""
    if offset is None:
        return at
    sign = -1 if offset[0] == "-" else 1
    shift = sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[4:]))
    try:
        shown = datetime.fromisoformat(at).replace(tzinfo=None) + shift
    except OverflowError:
        return at
    return f"{shown.isoformat()}{offset}"


def port(value: object) -> int | None:
    """A port, from a number or decimal text; None for anything else."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return int(text) if re.fullmatch(r"[0-9]{1,5}", text) and int(text) <= 65535 else None


def protocol(value: object) -> str | None:
    """A transport protocol we have a code for; `other` for another, None where none is named."""
    if not isinstance(value, str) or not value.strip():
        return None
    name = value.strip().lower()
    return name if name in PROTOCOLS else "other"


def exact(what: Observable) -> dict[str, Any]:
    """The observable as plain values, as the `liaison` member of a document holds it."""
    return dict(msgspec.to_builtins(what))


def _exact(told: object) -> Observable | None:
    try:
        return read_observables([told])[0] if isinstance(told, dict) else None
    except MalformedError:
        return None


def _agrees(own: Observable, told: Observable) -> bool:
    if own.role in ("source", "destination") and (own.role == "destination") != (told.role == "destination"):
        return False  # Other roles have no member of their own in most formats.
    for name in _AGREE:
        said, kept = getattr(own, name), getattr(told, name)
        if said is not None and said != kept and not (kept is None and name in _MAY_BE_UNKNOWN):
            return False
    return True


def _network(value: str) -> str:
    return str(ipaddress.ip_network(value.strip()))


def _asn(value: str) -> str:
    return "AS" + str(int(re.sub(r"(?i)^as", "", value.strip())[:12]))


def _url(value: str) -> str:
    scheme, mark, rest = value.strip().partition("://")
    return f"{scheme.lower()}{mark}{rest}"


def _mailbox(value: str) -> str:
    name, _, domain = value.strip().rpartition("@")
    return f"{name}@{domain.lower()}"


_SPELLED: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "asn": _asn,
        "domain": lambda value: value.strip().rstrip(".").lower(),
        "email": _mailbox,
        "ipv4": lambda value: str(ipaddress.IPv4Address(value.strip())),
        "ipv6": lambda value: str(ipaddress.IPv6Address(value.strip())),
        "md5": lambda value: value.strip().lower(),
        "prefix": _network,
        "sha1": lambda value: value.strip().lower(),
        "sha256": lambda value: value.strip().lower(),
        "url": _url,
    }
)
