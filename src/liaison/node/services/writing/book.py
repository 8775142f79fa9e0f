"""How do contacts from elsewhere come into a desk's address book, and out of it?

    imported = import_contacts(node, place, data, source="FIRST member list", dated="2026-11-01", officer=7)
    data, contacts = export_contacts(node, place, "vcard", words="xd", officer=7)

Invariants:
- An import replaces what came from the same source before, in one unit of work: no list grows old beside a newer one.
- A row that names nobody is refused with its number, the others are taken; the formats are those of
  docs/spec/contacts.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from liaison.errors import MalformedError, UsageError
from liaison.exchange.contacts.cards import MOST, Card, clean
from liaison.exchange.contacts.files import KINDS, Told, decode_contacts, encode_contacts
from liaison.node.models import BookContact
from liaison.node.node import Node
from liaison.node.reads.writing.book import contacts
from liaison.node.reads.writing.drafts import Place
from liaison.node.services.people.audit import note
from liaison.node.unit_of_work import unit_of_work
from liaison.register.lookup import fold_text
from liaison.wire.identifiers import format_instant

TEXTS = ("name", "organisation", "country", "mailbox", "telephone", "note")


@dataclass(frozen=True, slots=True)
class Imported:
    """How many contacts were taken, how many of an earlier import they replaced, the numbers of rows refused, and the
    columns or members of which something was left out."""

    taken: int
    replaced: int
    refused: tuple[int, ...]
    left: tuple[str, ...]


def import_contacts(node: Node, place: Place, data: bytes, *, source: str, dated: str, officer: int) -> Imported:
    """Take a list in. Raises MalformedError for one that is none, too large or names nobody, UsageError without a
    source and day."""
    source = clean(source, 200)
    if not source:
        raise UsageError("book-source-missing")
    day = _day(dated, node)
    found = decode_contacts(data)
    if not found.cards:  # It would take away all that came from this source before.
        raise MalformedError("book-names-nobody", rows=len(found.refused))
    now = node.clock.now()
    rows = [_row(place, each, source=source, dated=day, imported_at=now) for each in found.cards]
    with unit_of_work(node):
        old = BookContact.objects.filter(**place.columns, source=source)
        replaced = old.count()
        old.delete()
        BookContact.objects.bulk_create(rows, batch_size=500)
        params = {"contacts": len(rows), "replaced": replaced}
        note(node, "book-imported", officer=officer, subject=source, params=dict(params))
    return Imported(len(rows), replaced, found.refused, found.left)


def export_contacts(node: Node, place: Place, kind: str, *, words: str = "", officer: int) -> tuple[bytes, int]:
    """The contacts that bear the words as a file of one of `KINDS`, and their number. Raises UsageError for others."""
    if kind not in KINDS:
        raise UsageError("book-export-kind", kind=kind[:24])
    found = contacts(node, place, words=words, limit=MOST)
    with unit_of_work(node):
        note(node, "book-exported", officer=officer, subject=kind, params={"contacts": len(found)})
    return encode_contacts(kind, [Told(each.card, each.sources) for each in found]), len(found)


def forget_source(node: Node, place: Place, source: str, *, officer: int) -> None:
    """Take everything of one source out of the book."""
    with unit_of_work(node):
        gone, _ = BookContact.objects.filter(**place.columns, source=source).delete()
        note(node, "book-forgotten", officer=officer, subject=source[:200], params={"contacts": gone})


def _row(place: Place, card: Card, **given: object) -> BookContact:
    texts = {name: getattr(card, name) for name in TEXTS}
    words = fold_text(" ".join((*texts.values(), *card.domains)))
    searched = f"{words} |{'|'.join(card.domains)}|"
    told = {"domains": list(card.domains), "expires": card.expires, "searched": searched}
    told |= {"key": card.key, "fingerprint": card.fingerprint}
    return BookContact(**place.columns, **texts, **told, **given)


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
