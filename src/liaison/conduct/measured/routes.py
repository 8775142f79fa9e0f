"""Which announcements were seen, and which origins were authorised, as a participant's own files say?

    asn,prefix,seen_at,state                                       announcements as CSV; `state` may be left out
    AS64496,192.0.2.0/24,2026-11-20T06:00:00Z,invalid
    [{"asn":"AS64496","prefix":"192.0.2.0/24","seen_at":"2026-11-20T06:00:00Z"}]      or as JSON
    {"roas":[{"asn":"AS64496","prefix":"192.0.2.0/24","maxLength":24,"ta":"…"}]}     a validator's export
    ASN,IP Prefix,Max Length,Trust Anchor                                            the same as CSV

Invariants (docs/spec/measured.md):
- a file is taken whole or not at all: what cannot be read is refused with the number of its row, never skipped;
- a prefix has no bit set beyond its length; a state is one of RFC 6811, in any spelling validators use;
- of one announcement that was seen several times the latest counts, once.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from liaison.errors import MalformedError
from liaison.wire.identifiers import parse_instant

MOST_BYTES = 128 << 20
MOST_ROUTES = 200_000
MOST_ROAS = 2_000_000
LARGEST_AS = 2**32 - 1

Prefix = IPv4Network | IPv6Network
_AS = re.compile(r"(?:AS)?(0|[1-9][0-9]{0,9})", re.IGNORECASE)
_PREFIX = re.compile(r"[0-9A-Fa-f:.]{2,45}/[0-9]{1,3}")


class Validity(StrEnum):
    """Whether the origin of an announcement is authorised (RFC 6811)."""

    VALID = "valid"
    INVALID = "invalid"
    NOT_FOUND = "not-found"


_SPELT = {"valid": Validity.VALID, "invalid": Validity.INVALID} | dict.fromkeys(
    ("not-found", "notfound", "not found", "not_found", "unknown"), Validity.NOT_FOUND
)


@dataclass(frozen=True, slots=True)
class Route:
    """An announcement as it was last seen; `validity` is None where the file does not say."""

    asn: int
    prefix: Prefix
    seen: datetime
    validity: Validity | None = None


@dataclass(frozen=True, slots=True)
class Roa:
    """A number that may announce a prefix, and more specific ones down to `longest`."""

    asn: int
    prefix: Prefix
    longest: int


def decode_routes(data: bytes) -> tuple[Route, ...]:
    """The announcements of a file, CSV or JSON. Raises MalformedError."""
    latest: dict[tuple[int, Prefix], Route] = {}
    for number, row in _rows(data, most=MOST_ROUTES, inside=("routes", "announcements")):
        route = Route(_asn(row, number), _prefix(row, number), _seen(row, number), _validity(row, number))
        before = latest.get((route.asn, route.prefix))
        if before is None or before.seen <= route.seen:
            latest[route.asn, route.prefix] = route
    if not latest:
        raise MalformedError("measured-file-empty")
    return tuple(latest.values())


def decode_roas(data: bytes) -> tuple[Roa, ...]:
    """What a validator exported, CSV or JSON. Raises MalformedError."""
    found = []
    for number, row in _rows(data, most=MOST_ROAS, inside=("roas",)):
        prefix = _prefix(row, number)
        longest = _number(row, number, "maxlength", default=prefix.prefixlen)
        if not prefix.prefixlen <= longest <= prefix.max_prefixlen:
            raise _unfit(number, "maxLength")
        found.append(Roa(_asn(row, number), prefix, longest))
    if not found:
        raise MalformedError("measured-file-empty")
    return tuple(found)


class Origins:
    """Answers for any announcement whether its origin is authorised, by RFC 6811."""

    def __init__(self, roas: Iterable[Roa]) -> None:
        self._known: dict[tuple[int, int, int], list[Roa]] = {}
        for roa in roas:
            self._known.setdefault(_place(roa.prefix, roa.prefix.prefixlen), []).append(roa)

    def validity(self, route: Route) -> Validity:
        """Not found where nothing covers it; valid where something that covers it fits; else invalid."""
        length, found = route.prefix.prefixlen, False
        for shorter in range(length + 1):
            for roa in self._known.get(_place(route.prefix, shorter), ()):
                found = True
                if roa.asn == route.asn != 0 and length <= roa.longest:
                    return Validity.VALID
        return Validity.INVALID if found else Validity.NOT_FOUND


def _place(prefix: Prefix, length: int) -> tuple[int, int, int]:
    spare = prefix.max_prefixlen - length
    return prefix.version, length, int(prefix.network_address) >> spare


def _rows(data: bytes, *, most: int, inside: tuple[str, ...]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Numbered rows with their names in small letters and without spaces: `Max Length` is `maxlength`."""
    if len(data) > MOST_BYTES:
        raise MalformedError("measured-file-too-large", limit=MOST_BYTES)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MalformedError("measured-file-unreadable") from error
    rows = _json_rows(text, inside) if text.lstrip()[:1] in ("[", "{") else _csv_rows(text)
    for number, row in rows:
        if number > most:
            raise MalformedError("measured-file-too-long", limit=most)
        yield number, row


def _json_rows(text: str, inside: tuple[str, ...]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        page = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MalformedError("measured-file-unreadable") from error
    if isinstance(page, dict):
        page = next((page[name] for name in inside if name in page), None)
    if not isinstance(page, list):
        raise MalformedError("measured-file-unreadable")
    for number, row in enumerate(page, start=1):
        if not isinstance(row, dict):
            raise _unfit(number, "row")
        yield number, {_name(str(key)): value for key, value in row.items()}


def _csv_rows(text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    # Spreadsheets part cells by what their country uses; no name of a column has such a sign in it.
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        names = [_name(cell) for cell in next(reader, [])]
        if not {"asn", "prefix"} <= set(names) or len(set(names)) != len(names):
            raise MalformedError("measured-file-columns")
        for number, cells in enumerate((cells for cells in reader if cells), start=1):
            if len(cells) != len(names):
                raise _unfit(number, "row")
            yield number, dict(zip(names, cells, strict=True))
    except csv.Error as error:
        raise MalformedError("measured-file-unreadable") from error


def _name(text: str) -> str:
    name = re.sub(r"[\s_-]+", "", text).lower()
    return {"ipprefix": "prefix", "originasn": "asn", "origin": "asn", "seen": "seenat"}.get(name, name)


def _asn(row: Mapping[str, Any], number: int) -> int:
    value = row.get("asn")
    found = _AS.fullmatch(str(value).strip()) if isinstance(value, str | int) and not isinstance(value, bool) else None
    if found is None or int(found[1]) > LARGEST_AS:
        raise _unfit(number, "asn")
    return int(found[1])


def _prefix(row: Mapping[str, Any], number: int) -> Prefix:
    value = row.get("prefix")
    if not isinstance(value, str) or not _PREFIX.fullmatch(value.strip()):
        raise _unfit(number, "prefix")
    try:
        return ip_network(value.strip())
    except ValueError as error:
        raise _unfit(number, "prefix") from error


def _seen(row: Mapping[str, Any], number: int) -> datetime:
    value = row.get("seenat")
    try:
        return parse_instant(value.strip() if isinstance(value, str) else "")
    except MalformedError as error:
        raise _unfit(number, "seen_at") from error


def _validity(row: Mapping[str, Any], number: int) -> Validity | None:
    value = row.get("state") or ""
    if value == "":
        return None
    found = _SPELT.get(value.strip().lower()) if isinstance(value, str) else None
    if found is None:
        raise _unfit(number, "state")
    return found


def _number(row: Mapping[str, Any], number: int, name: str, *, default: int) -> int:
    value = row.get(name, "")
    if value in ("", None):
        return default
    text = str(value).strip()
    if isinstance(value, bool | float) or not re.fullmatch(r"[0-9]{1,3}", text):
        raise _unfit(number, name)
    return int(text)


def _unfit(number: int, column: str) -> MalformedError:
    return MalformedError("measured-file-row", row=number, column=column)
