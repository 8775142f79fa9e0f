"""In which country code is this address registered, and who says so, of which date? Three formats, one table.

    delegated-extended (the registries' own)     2|nro|20260822|…|19830705|20260821|+0000
                                                 ripencc|FR|ipv4|192.0.2.0|256|20260101|allocated|id
                                                 ripencc|FR|ipv6|2001:db8::|32|20260101|allocated|id
                                                 ripencc|FR|asn|64500|2|20260101|allocated|id
    tor-geoipdb text (IPFire Location)           # Generated: Thu, 25 Jun 2026 04:33:59 GMT
                                                 16777216,16777471,AU
                                                 2001:200::,2001:200:134:ffff:ffff:ffff:ffff:ffff,JP
    MaxMind DB                                   registered_country.iso_code, else country.iso_code, else country_code

Invariants:
- Bytes in, table out; a line that is not of the format is refused with its number, never skipped.
- What a registry lists as available or reserved, or under no country (`ZZ`, `??`, empty), is no allocation.
- Where rows overlap, the smaller wins, and of equal ones the later. Spec: docs/spec/allocation.md.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import maxminddb
from maxminddb import InvalidDatabaseError

from liaison.errors import MalformedError
from liaison.routing.addresses import Family, parse_address
from liaison.routing.ranges import Ranges32, Ranges128, Span

LINE_LIMIT: Final = 4096
NETWORK_LIMIT: Final = 20_000_000
"""A damaged tree may lead in circles; no real database has this many networks."""
_CODE = re.compile(r"[A-Z]{2}")
_DECIMAL = re.compile(r"[0-9]{1,10}")
_VERSION_LINE = re.compile(r"2(?:\.[0-9]+)?\|([a-z0-9-]{1,32})\|[^|]*\|[^|]*\|[^|]*\|([0-9]{8})?\|[^|]*")
_GENERATED = re.compile(r"# Generated: [A-Z][a-z]{2}, ([0-9]{1,2} [A-Z][a-z]{2} [0-9]{4}) [0-9:]{8} GMT")
_LIBRARY_ERRORS: Final = (
    InvalidDatabaseError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    RecursionError,
    OSError,
)
_NO_CODE: Final = frozenset({"", "ZZ", "??"})
_HELD: Final = frozenset({"allocated", "assigned"})
_FREE: Final = frozenset({"available", "reserved"})


@dataclass(frozen=True, slots=True)
class Source:
    """Whose statement this is and of which day; every answer that rests on it shows both."""

    name: str
    date: str | None


@dataclass(frozen=True, slots=True, eq=False)
class RangeTable:
    """Country code of addresses and AS numbers by one source; the values of the ranges number `codes`."""

    source: Source
    codes: tuple[str, ...]
    ipv4: Ranges32
    ipv6: Ranges128
    autonomous_systems: Ranges32


@dataclass(slots=True)
class _Collector:
    """Spans on their way into a table."""

    numbers: dict[str, int] = field(default_factory=dict)
    spans: dict[Family, list[Span]] = field(default_factory=lambda: {family: [] for family in Family})

    def add(self, family: Family, first: int, last: int, *, code: str) -> None:
        self.spans[family].append((first, last, self.numbers.setdefault(code, len(self.numbers))))

    def table(self, source: Source) -> RangeTable:
        return RangeTable(
            source,
            tuple(self.numbers),
            Ranges32.of(self.spans[Family.IPV4]),
            Ranges128.of(self.spans[Family.IPV6]),
            Ranges32.of(self.spans[Family.AS]),
        )


def decode_delegated(chunks: Iterable[bytes]) -> RangeTable:
    """The table of a delegated-extended statistics file, or MalformedError `allocation-malformed`."""
    lines = _lines(chunks)
    number, head = next(lines, (1, ""))
    version = _VERSION_LINE.fullmatch(head)
    if version is None:
        raise MalformedError("allocation-malformed", line=number)
    registry, day = version.group(1), version.group(2)
    rows = _Collector()
    for number, line in lines:
        fields = line.split("|")
        if len(fields) == 6 and fields[5] == "summary":
            continue
        _add_delegated(rows, fields, number)
    date = f"{day[:4]}-{day[4:6]}-{day[6:]}" if day else None
    return rows.table(Source(f"delegated-extended {registry}", date))


def _add_delegated(rows: _Collector, fields: list[str], number: int) -> None:
    """One record: registry|cc|type|start|value|date|status[|id…]."""
    if len(fields) < 7 or fields[6] not in _HELD | _FREE or not _DECIMAL.fullmatch(fields[4]):
        raise MalformedError("allocation-malformed", line=number)
    code, kind, start, value = fields[1], fields[2], fields[3], int(fields[4])
    try:
        first = int(start) if kind == "asn" and _DECIMAL.fullmatch(start) else parse_address(start).first
        family, size = {
            "ipv4": (Family.IPV4, value),
            "ipv6": (Family.IPV6, 2 ** (128 - value) if value <= 128 else 0),
            "asn": (Family.AS, value),
        }[kind]
    except (MalformedError, KeyError):
        raise MalformedError("allocation-malformed", line=number) from None
    limit = 128 if family is Family.IPV6 else 32
    if size < 1 or first + size > 2**limit or (family is Family.IPV6) is not (":" in start):
        raise MalformedError("allocation-malformed", line=number)
    if fields[6] in _HELD and code not in _NO_CODE:
        rows.add(family, first, first + size - 1, code=_code(code, number))


def decode_tor_geoip(chunks: Iterable[bytes]) -> RangeTable:
    """The table of a tor-geoipdb file (`geoip` or `geoip6`), or MalformedError `allocation-malformed`."""
    date: str | None = None
    rows = _Collector()
    for number, line in _lines(chunks, comments=True):
        if line.startswith("#"):
            generated = _GENERATED.fullmatch(line)
            date = _day(generated.group(1)) if generated else date
            continue
        first_text, comma, rest = line.partition(",")
        last_text, comma, code = rest.partition(",")
        if not comma:
            raise MalformedError("allocation-malformed", line=number)
        family, first = _tor_number(first_text, number)
        other, last = _tor_number(last_text, number)
        if family is not other or first > last:
            raise MalformedError("allocation-malformed", line=number)
        if code not in _NO_CODE:
            rows.add(family, first, last, code=_code(code, number))
    return rows.table(Source("IPFire Location (tor-geoipdb)", date))


def _tor_number(text: str, line: int) -> tuple[Family, int]:
    if _DECIMAL.fullmatch(text) and int(text) < 2**32:
        return Family.IPV4, int(text)
    try:
        address = parse_address(text)
    except MalformedError:
        raise MalformedError("allocation-malformed", line=line) from None
    if ":" not in text:
        raise MalformedError("allocation-malformed", line=line)
    if address.family is Family.IPV4:  # a range border inside ::ffff:0:0/96 stays an IPv6 number
        return Family.IPV6, 0xFFFF << 32 | address.first
    return Family.IPV6, address.first


def decode_mmdb(data: bytes) -> RangeTable:
    """The table of a MaxMind DB with country codes, or MalformedError `allocation-database-malformed`."""
    rows = _Collector()
    try:
        with maxminddb.open_database(_NamedBytes(data), maxminddb.MODE_FD) as reader:
            for count, (network, record) in enumerate(reader):
                if count == NETWORK_LIMIT:
                    raise MalformedError("allocation-database-malformed")
                code = _record_code(record)
                if code is not None:
                    family = Family.IPV4 if network.version == 4 else Family.IPV6
                    rows.add(family, int(network.network_address), int(network.broadcast_address), code=code)
            metadata = reader.metadata()
        day = datetime.fromtimestamp(metadata.build_epoch, UTC).date().isoformat()
        name = str(metadata.database_type)
    except _LIBRARY_ERRORS as error:
        raise MalformedError("allocation-database-malformed") from error
    return rows.table(Source(f"MaxMind DB {name}", day))


class _NamedBytes(io.BytesIO):
    """Bytes as the library wants them: a file that has a name."""

    name = "database"


def _record_code(record: object) -> str | None:
    """The code in the layouts of MaxMind, DB-IP and IPinfo; registration before location."""
    if not isinstance(record, dict):
        return None
    for place in ("registered_country", "country"):
        inner = record.get(place)
        code = inner.get("iso_code") if isinstance(inner, dict) else inner
        if isinstance(code, str) and _CODE.fullmatch(code):
            return code
    code = record.get("country_code")
    return code if isinstance(code, str) and _CODE.fullmatch(code) else None


def _code(text: str, line: int) -> str:
    if not _CODE.fullmatch(text):
        raise MalformedError("allocation-malformed", line=line)
    return text


def _day(text: str) -> str | None:
    """`25 Jun 2026` as `2026-06-25`."""
    try:
        return datetime.strptime(text, "%d %b %Y").replace(tzinfo=UTC).date().isoformat()
    except ValueError:
        return None


def _lines(chunks: Iterable[bytes], *, comments: bool = False) -> Iterator[tuple[int, str]]:
    """Numbered lines without line ends and empty lines; comments only where the format keeps facts in them."""
    rest, number = b"", 0
    for chunk in _with_end(chunks):
        *whole, rest = (rest + chunk).split(b"\n")
        if len(rest) > LINE_LIMIT:
            raise MalformedError("allocation-malformed", line=number + len(whole) + 1)
        for line in whole:
            number += 1
            try:
                text = line.decode("ascii").rstrip("\r")
            except UnicodeDecodeError:
                raise MalformedError("allocation-malformed", line=number) from None
            if text and (comments or not text.startswith("#")):
                yield number, text


def _with_end(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The chunks and a final line end, so that a last line without one is a line too."""
    yield from chunks
    yield b"\n"
