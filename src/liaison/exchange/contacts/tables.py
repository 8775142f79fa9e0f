"""Whom does a table or a list of teams name? CSV, and JSON as FIRST and the Trusted Introducer give it.

    name,organisation,country,email,telephone,domains,note             CSV, its columns in any order
    {"data": [{"team": "CERT-XJ", "team-full": "…", "country": "XJ", "email": "…"}]}     api.first.org/data/v1/teams
    [{"Team name": "CERT-XJ", "Country": "XJ", "E-mail": "…", "Constituency": ["example.xj"]}]

Invariants (docs/spec/contacts.md): a column is known by its heading and by nothing else; a row that names nobody
costs that row
only; a table that this program wrote has its apostrophes taken away again.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from liaison.errors import MalformedError
from liaison.exchange.contacts.cards import MOST, Card, Contacts, card, domains_in, host_in, key_in
from liaison.exchange.members import inner
from liaison.register.lookup import fold_text
from liaison.routing.feeds.neutral import restored

OURS = "standing"
"""A column that stands in tables of this program only."""
HEADINGS: Mapping[str, str] = {
    **dict.fromkeys(("name", "full name", "contact", "team", "team name", "short name", "nom", "nombre"), "name"),
    **dict.fromkeys(("team full", "host", "organisation", "organization", "org", "host organisation",
                     "host organization", "company"), "organisation"),
    **dict.fromkeys(("country", "country code", "cc", "pays", "pais"), "country"),
    **dict.fromkeys(("email", "e mail", "mail", "mailbox", "abuse", "team email", "main email"), "mailbox"),
    **dict.fromkeys(("telephone", "phone", "tel", "emergency phone", "main telephone", "telefono"), "telephone"),
    **dict.fromkeys(("domains", "domain", "constituency", "constituency domains"), "domains"),
    **dict.fromkeys(("website", "url", "web"), "website"),
    **dict.fromkeys(("note", "notes", "remark", "remarks", "hours", "time zone", "timezone"), "note"),
    **dict.fromkeys(("fingerprint", "key fingerprint", "pgp fingerprint", "pgp key fingerprint"), "fingerprint"),
    **dict.fromkeys(("key", "pgp key", "public key", "pgp"), "key"),
    "expires": "expires",
}  # fmt: skip
_LISTS = ("data", "teams", "members", "results")


def decode_csv(data: str) -> Contacts:
    """The contacts of a table with a heading. Raises MalformedError."""
    heading_line = data.lstrip().partition("\n")[0]
    # By the heading alone: `csv.Sniffer` takes an apostrophe in a cell for a quotation mark.
    delimiter = max(",;\t", key=heading_line.count)
    reader = csv.reader(io.StringIO(data, newline=""), delimiter=delimiter)
    rows: list[tuple[int, list[tuple[str, str]]]] = []
    try:
        names = [_plain(cell) for cell in next(reader, [])]
        heading = [HEADINGS.get(name, "") for name in names]
        if not {"name", "organisation"} & set(heading):
            raise MalformedError("book-no-heading")
        for row in reader:
            if any(cell.strip() for cell in row):
                cells = map(restored, row) if OURS in names else row
                rows.append((reader.line_num, list(zip(heading, cells, strict=False))))
                _check_most(len(rows))
    except csv.Error as error:
        raise MalformedError("book-not-csv", row=reader.line_num) from error
    return _contacts(rows)


def decode_teams(value: object) -> Contacts:
    """The contacts of a list of teams in JSON that was read. Raises MalformedError."""
    told = next((inner(value)[name] for name in _LISTS if isinstance(inner(value).get(name), list | dict)), value)
    items = list(told.values()) if isinstance(told, dict) else told
    if not isinstance(items, list) or not all(isinstance(each, dict) for each in items):
        raise MalformedError("book-not-teams")
    _check_most(len(items))
    rows = [(number, [(HEADINGS.get(_plain(name), ""), _flat(cell)) for name, cell in each.items()])
            for number, each in enumerate(items, 1)]  # fmt: skip
    if not any(name in ("name", "organisation") for _, row in rows for name, _ in row):
        raise MalformedError("book-not-teams")
    return _contacts(rows)


def _contacts(rows: Iterable[tuple[int, list[tuple[str, str]]]]) -> Contacts:
    found, refused = list[Card](), list[int]()
    for number, row in rows:
        made = _card(row)
        if made is None:
            refused.append(number)
        else:
            found.append(made)
    return Contacts(tuple(found), tuple(refused))


def _card(row: list[tuple[str, str]]) -> Card | None:
    """The first filled cell of each kind stands; domains add up."""
    texts: dict[str, str] = {}
    domains: list[str] = []
    for name, cell in row:
        if name == "domains":
            domains += domains_in(cell)
        elif name == "website":
            domains += domains_in(host_in(cell))
        elif name and cell.strip() and name not in texts:
            texts[name] = key_in(cell) if name == "key" else cell
    return card(domains=domains, **texts)


def _flat(cell: Any) -> str:
    """A cell as text: an array's texts one after another."""
    if isinstance(cell, list):
        return " ".join(part for part in map(_flat, cell) if part)
    return cell if isinstance(cell, str) else ""


def _plain(heading: str) -> str:
    return fold_text(heading.replace("-", " ").replace("_", " ")).strip()


def _check_most(count: int) -> None:
    if count > MOST:
        raise MalformedError("book-too-many", limit=MOST)
