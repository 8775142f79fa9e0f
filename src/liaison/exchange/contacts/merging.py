"""Which rows of several lists are the same team, and what does each list say of it?

    merge([Row(card, "FIRST", "2026-11-01"), Row(card_2, "TI", "2026-10-01")])      one Merged with both sources

Invariants (docs/spec/contacts.md):
- the same mailbox, or the same name in the same country, is the same team; a name without a country joins nobody,
  because two
  countries may each have a "National CSIRT";
- the newest list leads; what another says differently stays beside it under its own source, nothing is averaged or
  dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from liaison.exchange.contacts.cards import MOST_DOMAINS, Card
from liaison.register.lookup import fold_text


@dataclass(frozen=True, slots=True)
class Row:
    """What one list says of one team."""

    card: Card
    source: str
    dated: str


@dataclass(frozen=True, slots=True)
class Merged:
    """A team: what the newest list says, filled up from the others; `rows` are all of them, newest first."""

    card: Card
    rows: tuple[Row, ...]

    @property
    def sources(self) -> tuple[tuple[str, str], ...]:
        """Every list that tells of it, with its day."""
        return tuple((each.source, each.dated) for each in self.rows)


def merge(rows: Sequence[Row]) -> list[Merged]:
    """The teams, in the order in which the first row of each stands."""
    leaders = list(range(len(rows)))
    known: dict[tuple[str, ...], int] = {}
    for number, row in enumerate(rows):
        for key in _keys(row.card):
            _join(leaders, known.setdefault(key, number), number)
    groups: dict[int, list[Row]] = {}
    for number, row in enumerate(rows):
        groups.setdefault(_leader(leaders, number), []).append(row)
    return [_merged(group) for group in groups.values()]


def _keys(card: Card) -> Iterable[tuple[str, ...]]:
    if card.mailbox:
        yield ("mailbox", card.mailbox.lower())
    if card.country:
        yield ("name", fold_text(card.name), card.country)


def _leader(leaders: list[int], number: int) -> int:
    while leaders[number] != number:
        leaders[number] = leaders[leaders[number]]
        number = leaders[number]
    return number


def _join(leaders: list[int], one: int, other: int) -> None:
    first, second = sorted((_leader(leaders, one), _leader(leaders, other)))
    leaders[second] = first


def _merged(group: list[Row]) -> Merged:
    rows = tuple(sorted(group, key=lambda row: row.dated, reverse=True))
    card = rows[0].card
    for row in rows[1:]:
        names = ("organisation", "country", "mailbox", "telephone", "key", "fingerprint")
        gaps = {name: getattr(row.card, name) for name in names
                if not getattr(card, name)}  # fmt: skip
        domains = tuple(dict.fromkeys([*card.domains, *row.card.domains]))[:MOST_DOMAINS]
        card = replace(card, **gaps, domains=domains)
    return Merged(card, rows)
