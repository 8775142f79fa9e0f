"""Whom does a desk know outside the register, from which source, of which day?

Invariants: every query names the desk; whatever shows a contact shows its sources and days beside it, and that it is
not
in the register: nobody vouches for it here. The same team in several lists is one contact with each of them
(`exchange.contacts.merging`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Q

from liaison.exchange.contacts.cards import MOST, Card
from liaison.exchange.contacts.merging import Merged, Row, merge
from liaison.node.models import BookContact
from liaison.node.node import Node
from liaison.node.reads.writing.drafts import Place
from liaison.node.unit_of_work import reading
from liaison.register.lookup import fold_text

LISTED = 500


@dataclass(frozen=True, slots=True)
class Source:
    """One import: how many contacts, of which day."""

    source: str
    dated: str
    contacts: int
    imported_at: datetime


def contacts(node: Node, place: Place, *, words: str = "", limit: int = LISTED) -> list[Merged]:
    """The teams of whom a list bears all of these words, by name; `limit` counts rows of lists."""
    wanted = Q()
    for word in fold_text(words).split()[:10]:
        wanted &= Q(searched__contains=word)
    with reading(node):
        return _teams(place, _of(place).filter(wanted).order_by("name", "pk")[:limit])


def contacts_for(node: Node, place: Place, *, domain: str = "", country: str = "") -> list[Merged]:
    """The teams for a domain (or one above it), else for a country."""
    labels = domain.split(".")
    names = [".".join(labels[start:]) for start in range(len(labels) - 1)] if domain else []
    with reading(node):
        found = list(_with_domain(place, names)) if names else []
        if not found and country:
            found = list(_of(place).filter(country=country).order_by("name", "pk")[:20])
        return _teams(place, found)


def rows_of(found: Iterable[Merged]) -> int:
    """How many rows of lists stand behind teams."""
    return sum(len(each.rows) for each in found)


def sources(node: Node, place: Place) -> list[Source]:
    """What was imported, by source."""
    with reading(node):
        rows = _of(place).values("source").annotate(count=Count("pk"), day=Max("dated"), at=Max("imported_at"))
        return [Source(row["source"], row["day"], row["count"], row["at"]) for row in rows.order_by("source")]


def _with_domain(place: Place, names: list[str]) -> Iterator[BookContact]:
    """The domains of a contact stand in its words between bars, so that one query finds them on any database."""
    wanted = Q()
    for name in names:
        wanted |= Q(searched__contains=f"|{name}|")
    yield from _of(place).filter(wanted).order_by("name", "pk")[:20]


def _of(place: Place) -> Any:
    return BookContact.objects.filter(**place.columns)


def _teams(place: Place, found: Iterable[Any]) -> list[Merged]:
    """The teams of these rows, with what other lists say of them."""
    rows = {row.pk: row for row in found}
    mailboxes = {row.mailbox for row in rows.values() if row.mailbox}
    names = {row.name for row in rows.values() if row.country}
    others = _of(place).filter(Q(mailbox__in=mailboxes) | Q(name__in=names)).order_by("name", "pk")
    rows |= {row.pk: row for row in others[:MOST]} if rows else {}
    return merge([_row(row) for row in rows.values()])


def _row(row: BookContact) -> Row:
    names = ("organisation", "country", "mailbox", "telephone", "note", "expires", "key", "fingerprint")
    texts = {name: getattr(row, name) for name in names}
    return Row(Card(row.name, **texts, domains=tuple(row.domains)), row.source, row.dated)
