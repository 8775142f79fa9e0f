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
from liaison.exchange.contacts.cards import MOST, Card, Contacts, card, domains_in, host_in, key_in
from liaison.exchange.members import inner, text

_PLACES = {"FN": "name", "EMAIL": "mailbox", "TEL": "telephone", "NOTE": "note"}


def decode_vcards(data: str) -> Contacts:
    """The contacts of a file of cards. Raises MalformedError for more than are taken, and for a card without an end."""
    found, refused = list[Card](), list[int]()
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
            domains += domains_in(host_in(_unescaped(value)))
        elif kind == "KEY":
            texts.setdefault("key", key_in(value if value.startswith("data:") else f"data:pgp;base64,{value}"))
        elif kind:
            _take(texts, kind, value)
        if number > MOST:
            raise MalformedError("book-too-many", limit=MOST)
    if ended != number:
        raise MalformedError("book-card-cut", begun=number, ended=ended)
    return Contacts(tuple(found), tuple(refused))


def _property(line: str) -> tuple[str, str]:
    """The name of a property without its group and parameters, and its value; a quoted parameter may hold a colon."""
    found = re.match(r'((?:[^:"]++|"[^"]*+")*+):(.*)', line, re.DOTALL)
    if found is None:
        return "", ""
    return found[1].split(";")[0].rpartition(".")[2].strip().upper(), found[2]


def _take(texts: dict[str, str], kind: str, value: str) -> None:
    if kind in _PLACES:
        texts.setdefault(_PLACES[kind], re.sub(r"^(?:tel|mailto):", "", _unescaped(value)))
    elif kind == "ORG":
        texts.setdefault("organisation", _unescaped(re.split(r"(?<!\\);", value)[0]))
    elif kind == "ADR":
        texts.setdefault("country", _unescaped(re.split(r"(?<!\\);", value)[-1]))


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
    found, refused = list[Card](), list[int]()
    for number, each in enumerate(items, 1):
        made = _jscard(inner(each)) if inner(each).get("@type") == "Card" else None
        if made is None:
            refused.append(number)
        else:
            found.append(made)
    return Contacts(tuple(found), tuple(refused))


def _jscard(told: dict[str, Any]) -> Card | None:
    links = [each["uri"] for each in _all(told, "links") if isinstance(each.get("uri"), str)]
    keys = [each["uri"] for each in _all(told, "cryptoKeys") if isinstance(each.get("uri"), str)]
    return card(
        name=text(inner(told.get("name")).get("full")),
        organisation=_first(told, "organizations", "name"),
        country=_first(told, "addresses", "countryCode"),
        mailbox=_first(told, "emails", "address"),
        telephone=_first(told, "phones", "number").removeprefix("tel:"),
        note=_first(told, "notes", "note"),
        domains=[name for link in links for name in domains_in(host_in(link))],
        key=next(filter(None, map(key_in, keys)), ""),
    )


def _all(told: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [inner(each) for each in inner(told.get(name)).values()]


def _first(told: dict[str, Any], name: str, member: str) -> str:
    return next(filter(None, (text(each.get(member)) for each in _all(told, name))), "")
