"""What does an operator know of the positions of States that do not declare their own in a register?

    format = "liaison-positions"
    version = 1
    source = "Treaty office, status of ETS 185"        whose word it is
    as_of = 2026-11-20                                  as of which day
    organisations = ["XU"]                              parties that are no States

    [groups]
    council-of-europe = ["XC", "XD"]

    [[positions]]
    party = "XC"
    instrument = "budapest-2001"
    act = "ratification"
    on = 2020-03-18
    clauses = []
    evidence = "https://depositary.example/185/XC"

Invariants (docs/spec/instruments.md):
- an unknown member, instrument, clause or act is refused with its place, so that no line is a wish nobody sees;
- nothing is dated after `as_of`: a list cannot know what comes later;
- the same statement stands once.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

import msgspec

from liaison.errors import MalformedError
from liaison.instruments.positions import Statement
from liaison.instruments.texts import Instrument, Line
from liaison.register.vocabulary import Act, Language, Link, Words
from liaison.wire.identifiers import CountryCode, LocalId
from liaison.wire.typed import convert

MOST_BYTES = 4 * 1024 * 1024
OBJECTIONS = frozenset({Act.OBJECTION, Act.OBJECTION_TO_ENTRY, Act.OBJECTION_WITHDRAWAL})

Codes = tuple[CountryCode, ...]


class Position(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One statement of the file."""

    party: CountryCode
    instrument: LocalId
    act: Act
    on: date
    clauses: tuple[LocalId, ...] = ()
    about: CountryCode | None = None
    note: Words | None = None
    lang: Language = "en"
    evidence: Link | None = None


class PositionsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole file."""

    format: Literal["liaison-positions"]
    version: Annotated[int, msgspec.Meta(ge=1, le=1)]
    source: Line
    as_of: date
    positions: Annotated[tuple[Position, ...], msgspec.Meta(max_length=20_000)] = ()
    groups: dict[LocalId, Codes] = msgspec.field(default_factory=dict)
    organisations: Codes = ()

    def statements(self) -> tuple[Statement, ...]:
        """What it says, each with its source."""
        return tuple(self._statement(each) for each in self.positions)

    def _statement(self, each: Position) -> Statement:
        return Statement(
            each.party,
            each.instrument,
            each.act,
            each.on,
            each.clauses,
            each.about,
            note=each.note or "",
            lang=each.lang if each.note else "",
            evidence=each.evidence or "",
            source=f"{self.source}, {self.as_of.isoformat()}",
        )


def decode_positions(data: bytes, instruments: Mapping[str, Instrument]) -> PositionsFile:
    """A positions file that speaks of these instruments. Raises MalformedError with the place of what is wrong."""
    if len(data) > MOST_BYTES:
        raise MalformedError("positions-too-large", most=MOST_BYTES)
    try:
        page = convert(tomllib.loads(data.decode("utf-8")), PositionsFile)
    except (ValueError, RecursionError, msgspec.ValidationError) as error:
        raise MalformedError("positions-unreadable", reason=_short(str(error))) from error
    for number, each in enumerate(page.positions, start=1):
        _check(page, number, each, instruments)
    if len({msgspec.json.encode(each) for each in page.positions}) != len(page.positions):
        raise MalformedError("positions-inconsistent", place="a position stands twice", number=0)
    return page


def _check(page: PositionsFile, number: int, each: Position, instruments: Mapping[str, Instrument]) -> None:
    text = instruments.get(each.instrument)
    if text is None:
        raise _bad(number, "instrument")
    if each.act not in text.acts:
        raise _bad(number, "act")
    if each.on > page.as_of:
        raise _bad(number, "on")
    if len(set(each.clauses)) != len(each.clauses) or not set(each.clauses) <= text.clauses.keys():
        raise _bad(number, "clauses")
    if (each.about is not None) != (each.act in OBJECTIONS) or each.about == each.party:
        raise _bad(number, "about")
    if text.parties and each.party not in text.parties:
        raise _bad(number, "party")
    if each.note is not None and not each.note.replace("\n", "").isprintable():
        raise _bad(number, "note")


def _bad(number: int, place: str) -> MalformedError:
    return MalformedError("positions-inconsistent", number=number, place=place)


def _short(text: str) -> str:
    return "".join(each if each.isprintable() else " " for each in text)[:200]
