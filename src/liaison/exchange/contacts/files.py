"""Which kind of file with contacts is this, and how are contacts written into one?

    decode_contacts(data)                        CSV, JSON of teams, vCard, JSContact, RFC 2350, security.txt
    encode_contacts("vcard", told)               bytes, the same for the same contacts

Invariants (docs/spec/contacts.md): the kind is told from the contents, never from a name; what is written says of
each contact where
it comes from, of which day it is, and that it is not in the register; no cell of CSV can become a formula.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from liaison.errors import MalformedError
from liaison.exchange.contacts.cards import LARGEST, MOST, Card, Contacts
from liaison.exchange.contacts.electronic_cards import decode_jscontact, decode_vcards, is_jscontact
from liaison.exchange.contacts.pages import decode_rfc2350, decode_security_txt, is_rfc2350, is_security_txt
from liaison.exchange.contacts.tables import OURS, decode_csv, decode_teams
from liaison.exchange.naming import SPACE, printed
from liaison.exchange.strict_json import decode_json
from liaison.routing.feeds.neutral import cell
from liaison.wire.identifiers import format_uuid5

STANDING = "not in the register"
VALUES_EACH = 40
"""In JSON: a JSContact card that this program wrote has fewer."""
COLUMNS = (
    "name",
    "organisation",
    "country",
    "email",
    "telephone",
    "domains",
    "note",
    "fingerprint",
    "expires",
    "source",
    "dated",
    OURS,
)


@dataclass(frozen=True, slots=True)
class Told:
    """A card with the lists that tell of it, each with its day."""

    card: Card
    sources: tuple[tuple[str, str], ...]


def decode_contacts(data: bytes) -> Contacts:
    """Everybody a file names. Raises MalformedError."""
    if len(data) > LARGEST:
        raise MalformedError("book-too-large", size=len(data), limit=LARGEST)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MalformedError("book-not-utf8", byte=error.start) from error
    if "BEGIN:VCARD" in text[:4096].upper():
        return decode_vcards(text)
    if text.lstrip().startswith(("{", "[")):
        value = decode_json(data, largest=LARGEST, most=MOST * VALUES_EACH)
        return decode_jscontact(value) if is_jscontact(value) else decode_teams(value)
    if is_security_txt(text):
        return decode_security_txt(text)
    return decode_rfc2350(text) if is_rfc2350(text) else decode_csv(text)


def encode_contacts(kind: str, told: Sequence[Told]) -> bytes:
    """The contacts in a format of `KINDS`. Nothing is raised."""
    return KINDS[kind].encode(told)


def _csv(told: Sequence[Told]) -> bytes:
    lines = [",".join(COLUMNS)]
    for each in told:
        one = each.card
        cells = (one.name, one.organisation, one.country, one.mailbox, one.telephone, " ".join(one.domains), one.note,
                 one.fingerprint, one.expires, "; ".join(name for name, _ in each.sources),
                 "; ".join(day for _, day in each.sources), STANDING)  # fmt: skip
        lines.append(",".join(map(cell, cells)))
    return ("\r\n".join(lines) + "\r\n").encode()


def _vcards(told: Sequence[Told]) -> bytes:
    return "".join(_vcard(each) for each in told).encode()


def _vcard(told: Told) -> str:
    one = told.card
    lines = ["BEGIN:VCARD", "VERSION:4.0", f"UID:urn:uuid:{_uuid(told)}", "KIND:org", f"FN:{_escaped(one.name)}"]
    lines += [f"ORG:{_escaped(one.organisation)}"] if one.organisation else []
    lines += [f"ADR:;;;;;;{one.country}"] if one.country else []
    lines += [f"EMAIL:{_escaped(one.mailbox)}"] if one.mailbox else []
    lines += [f"TEL:{_escaped(one.telephone)}"] if one.telephone else []
    lines += [f"URL:https://{name}/" for name in one.domains]
    lines += [f"NOTE:{_escaped(one.note)}"] if one.note else []
    lines += [f"KEY:data:application/pgp-keys;base64,{one.key}"] if one.key else []
    lines += [f"X-LIAISON-SOURCE:{_escaped(f'{name}, {day}')}" for name, day in told.sources]
    lines += [f"CATEGORIES:{STANDING}", "END:VCARD"]
    return "".join(_folded(line) for line in lines)


def _escaped(text: str) -> str:
    return re.sub(r"([\\,;])", r"\\\1", text)


def _folded(line: str) -> str:
    """A line of at most 75 octets, the rest on lines that begin with a space (RFC 6350 §3.2)."""
    pieces, piece, size = list[str](), "", 0
    for sign in line:
        octets = len(sign.encode())
        if size + octets > 75:
            pieces.append(piece)
            piece, size = " ", 1
        piece, size = piece + sign, size + octets
    return "\r\n".join([*pieces, piece]) + "\r\n"


def _jscontact(told: Sequence[Told]) -> bytes:
    return printed([_jscard(each) for each in told])


def _jscard(told: Told) -> dict[str, object]:
    one = told.card
    sources = "; ".join(f"{name}, {day}" for name, day in told.sources)
    made: dict[str, object] = {"@type": "Card", "version": "1.0", "uid": f"urn:uuid:{_uuid(told)}", "kind": "org"}
    made["name"] = {"full": one.name}
    made |= {"organizations": {"1": {"name": one.organisation}}} if one.organisation else {}
    made |= {"addresses": {"1": {"countryCode": one.country}}} if one.country else {}
    made |= {"emails": {"1": {"address": one.mailbox}}} if one.mailbox else {}
    made |= {"phones": {"1": {"number": one.telephone}}} if one.telephone else {}
    links = {str(at): {"uri": f"https://{name}/"} for at, name in enumerate(one.domains, 1)}
    made |= {"links": links} if links else {}
    made |= {"notes": {"1": {"note": one.note}}} if one.note else {}
    key = {"uri": f"data:application/pgp-keys;base64,{one.key}", "mediaType": "application/pgp-keys"}
    made |= {"cryptoKeys": {"1": key}} if one.key else {}
    made["keywords"] = {STANDING: True, f"source: {sources}": True}
    return made


def _teams(told: Sequence[Told]) -> bytes:
    """As api.first.org gives its members: one object with a `data` array."""
    data = [
        {
            "team": each.card.name,
            "host": each.card.organisation,
            "country": each.card.country,
            "email": each.card.mailbox,
            "telephone": each.card.telephone,
            "constituency": list(each.card.domains),
            "note": each.card.note,
            "fingerprint": each.card.fingerprint,
            "source": [f"{name}, {day}" for name, day in each.sources],
            "standing": STANDING,
        }
        for each in told
    ]
    return printed({"status": "OK", "total": len(data), "data": data})


def _uuid(told: Told) -> str:
    one = told.card
    return format_uuid5(SPACE, json.dumps(["contact", one.name, one.organisation, one.country, one.mailbox]))


class Kind(NamedTuple):
    """How one kind of file is written, its media type and the end of its name."""

    encode: Callable[[Sequence[Told]], bytes]
    media_type: str
    suffix: str


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "csv": Kind(_csv, "text/csv; charset=utf-8", ".csv"),
        "vcard": Kind(_vcards, "text/vcard; charset=utf-8", ".vcf"),
        "jscontact": Kind(_jscontact, "application/jscontact+json", ".json"),
        "teams": Kind(_teams, "application/json", ".json"),
    }
)
