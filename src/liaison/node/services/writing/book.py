"""How do contacts from elsewhere come into a desk's address book?

    name,organisation,country,email,telephone,domains,note          CSV, its columns in any order
    BEGIN:VCARD … VERSION:4.0 … END:VCARD                           vCard 4 (RFC 6350), also 3

    imported = import_contacts(node, place, data, source="FIRST member list", dated="2026-11-01", officer=7)

Invariants:
- An import replaces what came from the same source before, in one unit of work: no list grows old beside a newer one.
- A row that names nobody is refused with its number, the others are taken; nothing is guessed into another column.
- Texts are cut to what their columns hold and cleared of control characters; a country is two letters or nothing.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from liaison.errors import UsageError
from liaison.node.models import BookContact
from liaison.node.node import Node
from liaison.node.reads.writing.drafts import Place
from liaison.node.services.people.audit import note
from liaison.node.unit_of_work import unit_of_work
from liaison.register.lookup import fold_text
from liaison.wire.identifiers import format_instant

LARGEST = 2 << 20
MOST = 20_000
WIDTHS = {"name": 200, "organisation": 200, "country": 2, "mailbox": 254, "telephone": 64, "note": 500}
HEADINGS: Mapping[str, str] = {
    **dict.fromkeys(("name", "full name", "contact", "team", "team name", "nom", "nombre"), "name"),
    **dict.fromkeys(("organisation", "organization", "org", "host organisation", "company"), "organisation"),
    **dict.fromkeys(("country", "country code", "cc", "pays", "pais"), "country"),
    **dict.fromkeys(("email", "e-mail", "mail", "mailbox", "abuse"), "mailbox"),
    **dict.fromkeys(("telephone", "phone", "tel", "emergency phone", "telefono"), "telephone"),
    **dict.fromkeys(("domains", "domain", "constituency", "constituency domains"), "domains"),
    **dict.fromkeys(("note", "notes", "remark", "remarks", "hours"), "note"),
}
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_DOMAIN = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)+")


@dataclass(slots=True)
class Contact:
    """What a row says."""

    texts: dict[str, str] = field(default_factory=dict)
    domains: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Imported:
    """How many contacts were taken, how many of an earlier import they replaced, and the numbers of rows refused."""

    taken: int
    replaced: int
    refused: tuple[int, ...]


def import_contacts(node: Node, place: Place, data: bytes, *, source: str, dated: str, officer: int) -> Imported:
    """Take a list in. Raises UsageError for one that is no list, too large, or has no source and day."""
    source = _clean(source, 200)
    if not source:
        raise UsageError("book-source-missing")
    day = _day(dated, node)
    found, refused = read_contacts(data)
    now = node.clock.now()
    rows = [_row(place, each, source=source, dated=day, imported_at=now) for each in found]
    with unit_of_work(node):
        old = BookContact.objects.filter(**place.columns, source=source)
        replaced = old.count()
        old.delete()
        BookContact.objects.bulk_create(rows, batch_size=500)
        params = {"contacts": len(rows), "replaced": replaced}
        note(node, "book-imported", officer=officer, subject=source, params=dict(params))
    return Imported(len(rows), replaced, tuple(refused))


def forget_source(node: Node, place: Place, source: str, *, officer: int) -> None:
    """Take everything of one source out of the book."""
    with unit_of_work(node):
        gone, _ = BookContact.objects.filter(**place.columns, source=source).delete()
        note(node, "book-forgotten", officer=officer, subject=source[:200], params={"contacts": gone})


def read_contacts(data: bytes) -> tuple[list[Contact], list[int]]:
    """The contacts of a file, and the numbers of rows that name nobody. Raises UsageError."""
    if len(data) > LARGEST:
        raise UsageError("book-too-large", size=len(data), limit=LARGEST)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError("book-not-utf8", byte=error.start) from error
    rows = _vcards(text) if "BEGIN:VCARD" in text.upper() else _csv(text)
    found, refused = list[Contact](), list[int]()
    for number, contact in rows:
        if len(found) >= MOST:
            raise UsageError("book-too-many", limit=MOST)
        if contact.texts.get("name") or contact.texts.get("organisation"):
            contact.texts.setdefault("name", contact.texts.get("organisation", ""))
            found.append(contact)
        else:
            refused.append(number)
    return found, refused


def _csv(text: str) -> Iterator[tuple[int, Contact]]:
    try:
        dialect: type[csv.Dialect] | csv.Dialect = csv.Sniffer().sniff(text[:4096], delimiters=",;\t")
    except csv.Error:
        dialect = csv.excel
    reader = csv.reader(io.StringIO(text), dialect)
    try:
        heading = [HEADINGS.get(fold_text(cell).strip(), "") for cell in next(reader, [])]
        if not {"name", "organisation"} & set(heading):
            raise UsageError("book-no-heading")
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num, _contact(zip(heading, row, strict=False))
    except csv.Error as error:
        raise UsageError("book-not-csv", row=reader.line_num) from error


def _contact(pairs: Iterator[tuple[str, str]] | zip[tuple[str, str]]) -> Contact:
    contact = Contact()
    for name, text in pairs:
        if name == "domains":
            contact.domains += _domains(text)
        elif name and text.strip() and name not in contact.texts:
            contact.texts[name] = text
    return contact


def _vcards(text: str) -> Iterator[tuple[int, Contact]]:
    unfolded = re.sub(r"\r?\n[ \t]", "", text)
    contact, number = Contact(), 0
    for line in unfolded.splitlines():
        name, colon, value = line.partition(":")
        kind = re.split(r"[;.]", name.upper())[0] if "." not in name else name.upper().split(".")[-1].split(";")[0]
        if not colon:
            continue
        if kind == "BEGIN":
            contact, number = Contact(), number + 1
        elif kind == "END":
            yield number, contact
        else:
            _take(contact, kind, value)


def _take(contact: Contact, kind: str, value: str) -> None:
    """One property of a card."""
    plain = re.sub(r"\\([\\,;])", r"\1", re.sub(r"\\[nN]", " ", value)).strip()
    places = {"FN": "name", "EMAIL": "mailbox", "TEL": "telephone", "NOTE": "note"}
    if kind in places:
        contact.texts.setdefault(places[kind], re.sub(r"^(?:tel|mailto):", "", plain))
    elif kind == "ORG":
        contact.texts.setdefault("organisation", re.split(r"(?<!\\);", value)[0].replace("\\,", ","))
    elif kind == "ADR":
        contact.texts.setdefault("country", plain.split(";")[-1])
    elif kind == "URL":
        contact.domains += _domains(re.sub(r"^https?://(?:www\.)?([^/]*).*", r"\1", plain))


def _domains(text: str) -> list[str]:
    return [word for word in re.split(r"[\s,;|]+", text.lower()) if _DOMAIN.fullmatch(word)][:50]


def _row(place: Place, contact: Contact, **given: object) -> BookContact:
    texts = {name: _clean(contact.texts.get(name, ""), width) for name, width in WIDTHS.items()}
    country = contact.texts.get("country", "").strip()
    texts["country"] = country.upper() if re.fullmatch(r"[A-Za-z]{2}", country) else ""
    domains = list(dict.fromkeys(contact.domains + _domains(texts["mailbox"].rpartition("@")[2])))
    words = fold_text(" ".join((*texts.values(), *domains)))
    searched = f"{words} |{'|'.join(domains)}|"
    return BookContact(**place.columns, **texts, domains=domains, searched=searched, **given)


def _clean(text: str, width: int) -> str:
    return _UNFIT.sub(" ", text).strip()[:width]


def _day(text: str, node: Node) -> str:
    """The day that a list is of, not after today. Raises UsageError."""
    today = format_instant(node.clock.now())[:10]
    try:
        day = date.fromisoformat(text.strip()).isoformat()
    except ValueError as error:
        raise UsageError("book-day", text=text[:40]) from error
    if day > today:
        raise UsageError("book-day", text=text[:40])
    return day
