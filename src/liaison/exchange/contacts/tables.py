"""Whom does a table or a list of teams name? CSV, and JSON as FIRST and the Trusted Introducer give it.

    name,organisation,country,email,telephone,domains,note             CSV, its columns in any order
    {"data": [{"team": "CERT-XJ", "team-full": "…", "country": "XJ", "email": "…"}]}     api.first.org/data/v1/teams
    [{"Team name": "CERT-XJ", "Country": "XJ", "E-mail": "…", "Constituency": ["example.xj"]}]

Invariants (docs/spec/contacts.md): a column is known by its heading and by nothing else, and what parts the cells is
what gives the most known headings; a row that names nobody costs that row only; a column of which something was not
taken is named; a table that this program wrote has its apostrophes taken away again.
"""

from __future__ import annotations

import csv
import functools
import io
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from liaison.errors import MalformedError
from liaison.exchange.contacts.cards import (
    MOST,
    MOST_DOMAINS,
    Card,
    Contacts,
    LeftOut,
    card,
    domains_in,
    fits,
    host_in,
    key_in,
)
from liaison.exchange.members import inner
from liaison.register.lookup import fold_text
from liaison.routing.feeds.neutral import restored

OURS = "standing"
"""A column that stands in tables of this program only."""
OF_OURS = (OURS, "source", "dated")
"""What such a table says of each contact, and what is said anew where it is taken in."""
_SEPARATOR = re.compile(r'"?sep=([,;|\t])"?[ \t]*(?:\r?\n|\r)', re.IGNORECASE)
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
    before, delimiters, body = _beginning(data)
    delimiter = max(delimiters, key=lambda each: _known(_heading(body, each)))
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=delimiter)
    rows: list[tuple[int, list[tuple[str, str]]]] = []
    try:
        heading = next(reader, [])
        names = [_plain(cell) for cell in heading]
        if not {"name", "organisation"} & {HEADINGS.get(name, "") for name in names}:
            raise MalformedError("book-no-heading")
        for row in reader:
            if any(cell.strip() for cell in row):
                cells = list(map(restored, row) if OURS in names else row)
                # What stands beyond the last heading belongs to a column without a name.
                wide = [*heading, *[""] * (len(cells) - len(heading))]
                rows.append((before + reader.line_num, list(zip(wide, cells, strict=False))))
                _check_most(len(rows))
    except csv.Error as error:
        raise MalformedError("book-not-csv", row=before + reader.line_num) from error
    return _contacts(rows, told_by_us=OURS in names)


def _beginning(data: str) -> tuple[int, str, str]:
    """The lines before the heading, what may part its cells, and the table from the heading on.

    Spreadsheets leave lines empty above it, and write `sep=;` there.
    """
    body = data.lstrip("\r\n")
    said = _SEPARATOR.match(body)
    if said is not None:
        body = body[said.end() :].lstrip("\r\n")
    before = data[: len(data) - len(body)]
    return len(before.splitlines()), said[1] if said is not None else ",;\t|", body


def _heading(body: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(body, newline=""), delimiter=delimiter), [])
    except csv.Error:
        return []


def _known(heading: Iterable[str]) -> int:
    return sum(_plain(cell) in HEADINGS for cell in heading)


def decode_teams(value: object) -> Contacts:
    """The contacts of a list of teams in JSON that was read. Raises MalformedError."""
    told = next((inner(value)[name] for name in _LISTS if isinstance(inner(value).get(name), list | dict)), value)
    items = list(told.values()) if isinstance(told, dict) else told
    if not isinstance(items, list) or not all(isinstance(each, dict) for each in items):
        raise MalformedError("book-not-teams")
    _check_most(len(items))
    rows = [(number, [(name, _flat(cell)) for name, cell in each.items()]) for number, each in enumerate(items, 1)]
    if not any(HEADINGS.get(_plain(name)) in ("name", "organisation") for _, row in rows for name, _ in row):
        raise MalformedError("book-not-teams")
    return _contacts(rows, told_by_us=any(_plain(name) == OURS for _, row in rows for name, _ in row))


def _contacts(rows: Iterable[tuple[int, list[tuple[str, str]]]], *, told_by_us: bool) -> Contacts:
    found, refused, left = list[Card](), list[int](), LeftOut(OF_OURS if told_by_us else ())
    for number, row in rows:
        made = _card(row, left)
        if made is None:
            refused.append(number)
        else:
            found.append(made)
    return Contacts(tuple(found), tuple(refused), left.names)


def _card(row: list[tuple[str, str]], left: LeftOut) -> Card | None:
    """The first filled cell of each kind stands; domains add up."""
    texts: dict[str, str] = {}
    domains: list[str] = []
    for heading, cell in row:
        name = HEADINGS.get(_plain(heading), "")
        if not cell.strip():
            continue
        if name in ("domains", "website"):
            added = domains_in(cell if name == "domains" else host_in(cell))
            domains += added
            left.note(heading, taken=bool(added) and len(domains) <= MOST_DOMAINS)
        else:
            taken = bool(name) and texts.get(name, cell) == cell
            told = key_in(cell) if name == "key" else cell
            left.note(heading, taken=taken and fits(name, told))
            if name:
                texts.setdefault(name, told)
    return card(domains=domains, **texts)


def _flat(cell: Any) -> str:
    """A cell as text: an array's texts one after another, anything else as JSON has it."""
    if isinstance(cell, list):
        return " ".join(part for part in map(_flat, cell) if part)
    if isinstance(cell, dict):
        return json.dumps(cell, ensure_ascii=False) if cell else ""
    return "" if cell is None else str(cell)


@functools.lru_cache(maxsize=1024)
def _plain(heading: str) -> str:
    return fold_text(heading.replace("-", " ").replace("_", " ")).strip()


def _check_most(count: int) -> None:
    if count > MOST:
        raise MalformedError("book-too-many", limit=MOST)
