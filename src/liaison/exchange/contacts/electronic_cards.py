"""Whom do electronic cards name? vCard 4 (RFC 6350, and 3 as it is still sent), JSContact (RFC 9553).

    BEGIN:VCARD … VERSION:4.0 … FN:CERT Example … END:VCARD
    {"@type": "Card", "version": "1.0", "name": {"full": "CERT Example"}, "emails": {"e1": {"address": "…"}}}

Invariants (docs/spec/contacts.md): pictures and sounds inside a card are passed over, an OpenPGP certificate that
stands in it is taken along, and nothing a card points to is fetched;
the first property of a kind stands.
"""

from __future__ import annotations

import re
from typing import Any

from liaison.errors import MalformedError
from liaison.exchange.contacts.cards import MOST, Card, Contacts, LeftOut, card, domains_in, fits, host_in, key_in
from liaison.exchange.members import inner, text

_PLACES = {"FN": "name", "ORG": "organisation", "ADR": "country", "EMAIL": "mailbox", "TEL": "telephone",
           "NOTE": "note", "KEY": "key"}  # fmt: skip
_ABOUT_THE_CARD = frozenset(("VERSION", "UID", "REV", "PRODID", "KIND", "N", "CATEGORIES", "X-LIAISON-SOURCE"))
"""What a card says of itself, or says again of what is taken, or what this program says of it anew."""

_OF_JSCONTACT = frozenset(
    ("@type", "version", "uid", "kind", "name", "created", "updated", "prodid", "language", "keywords")
)
_LISTED = ("organizations", "addresses", "emails", "phones", "notes", "cryptoKeys")


def decode_vcards(data: str) -> Contacts:
    """The contacts of a file of cards. Raises MalformedError for more than are taken, and for a card without an end."""
    found, refused, left = list[Card](), list[int](), LeftOut()
    texts, domains, number, ended = dict[str, str](), list[str](), 0, 0
    for line in re.sub(r"\r?\n[ \t]", "", data).splitlines():
        kind, value = _property(line)
        if kind == "BEGIN":
            texts, domains, number = {}, [], number + 1
        elif kind == "END":
            ended += 1
            made = card(domains=domains, **texts)
            if made is None:
                refused.append(number)
            else:
                found.append(made)
        elif kind == "URL":
            added = domains_in(host_in(_unescaped(value)))
            domains += added
            left.note(kind, taken=bool(added))
        elif kind and kind not in _ABOUT_THE_CARD:
            left.note(kind, taken=_take(texts, kind, value))
        if number > MOST:
            raise MalformedError("book-too-many", limit=MOST)
    if ended != number:
        raise MalformedError("book-card-cut", begun=number, ended=ended)
    return Contacts(tuple(found), tuple(refused), left.names)


def _property(line: str) -> tuple[str, str]:
    """The name of a property without its group and parameters, and its value; a quoted parameter may hold a colon."""
    found = re.match(r'((?:[^:"]++|"[^"]*+")*+):(.*)', line, re.DOTALL)
    if found is None:
        return "", ""
    return found[1].split(";")[0].rpartition(".")[2].strip().upper(), found[2]


def _take(texts: dict[str, str], kind: str, value: str) -> bool:
    """Keep the first property of a kind; whether all that this one says is kept."""
    name = _PLACES.get(kind, "")
    if not name or not value.strip(" ;"):
        return not value.strip(" ;")
    parts, taken = [_unescaped(each) for each in re.split(r"(?<!\\);", value)], True
    if kind == "KEY":
        told = key_in(value if value.startswith("data:") else f"data:pgp;base64,{value}")
    elif kind == "ORG":
        told, taken = parts[0], not any(parts[1:])
    elif kind == "ADR":
        told, taken = parts[-1], not any(parts[:-1])
    else:
        told = re.sub(r"^(?:tel|mailto):", "", _unescaped(value))
    if not told:
        return False
    return texts.setdefault(name, told) == told and taken and fits(name, told)


def _unescaped(value: str) -> str:
    return re.sub(r"\\([nN\\,;])", lambda found: " " if found[1] in "nN" else found[1], value).strip()


def is_jscontact(value: object) -> bool:
    """Whether JSON that was read is a card, or an array that begins with one."""
    first = value[0] if isinstance(value, list) and value else value
    return inner(first).get("@type") == "Card"


def decode_jscontact(value: object) -> Contacts:
    """The contacts of one card or an array of them. Raises MalformedError."""
    items = value if isinstance(value, list) else [value]
    if len(items) > MOST:
        raise MalformedError("book-too-many", limit=MOST)
    found, refused, left = list[Card](), list[int](), LeftOut(_OF_JSCONTACT)
    for number, each in enumerate(items, 1):
        made = _jscard(inner(each)) if inner(each).get("@type") == "Card" else None
        if made is None:
            refused.append(number)
            continue
        found.append(made)
        for name, member in inner(each).items():
            more = name in _LISTED and len(inner(member)) > 1
            left.note(name, taken=name in (*_LISTED, "links") and not more)
    return Contacts(tuple(found), tuple(refused), left.names)


def _jscard(told: dict[str, Any]) -> Card | None:
    links = [each["uri"] for each in _all(told, "links") if isinstance(each.get("uri"), str)]
    keys = [each["uri"] for each in _all(told, "cryptoKeys") if isinstance(each.get("uri"), str)]
    return card(
        name=_full_name(inner(told.get("name"))),
        organisation=_first(told, "organizations", "name"),
        country=_first(told, "addresses", "countryCode"),
        mailbox=_first(told, "emails", "address"),
        telephone=_first(told, "phones", "number").removeprefix("tel:"),
        note=_first(told, "notes", "note"),
        domains=[name for link in links for name in domains_in(host_in(link))],
        key=next(filter(None, map(key_in, keys)), ""),
    )


def _full_name(name: dict[str, Any]) -> str:
    """The name as it is written out, else its components in their order (RFC 9553 §2.2.1)."""
    components = [inner(each) for each in name.get("components") or [] if isinstance(name.get("components"), list)]
    between = text(name.get("defaultSeparator")) or " "
    parts = [text(each.get("value")) for each in components if text(each.get("kind")) != "separator"]
    return text(name.get("full")) or between.join(filter(None, parts))


def _all(told: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [inner(each) for each in inner(told.get(name)).values()]


def _first(told: dict[str, Any], name: str, member: str) -> str:
    return next(filter(None, (text(each.get(member)) for each in _all(told, name))), "")
