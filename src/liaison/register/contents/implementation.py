"""What does a participant say it did about one clause of an instrument?

    {"clause":"norm-j","help_offered":[],"help_sought":[],"measures":[{"evidence":[{"address":"https://law.example/7",
     "document":null,"title":"Act 7"}],"kind":"law","text":[{"lang":"en","text":"An act …"}]}],"obstacles":[]}

Invariants (docs/spec/conduct.md):
- nothing is obligatory but the clause: any list may be empty, and an answer in which all are says nothing;
- a text stands in one or more languages, in each of them once.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from liaison.register.vocabulary import Language, Link, Text
from liaison.wire.identifiers import Hash, LocalId

MOST_MEASURES, MOST_OTHERS = 32, 16
LONGEST = 4000

Area = Annotated[str, msgspec.Meta(pattern=r"\A[a-z]{2,16}\Z")]
Zone = Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9_+-]{1,32}(/[A-Za-z0-9_+-]{1,32}){0,2}\Z")]


class MeasureKind(StrEnum):
    """What sort of measure it is."""

    LAW = "law"
    POLICY = "policy"
    BODY = "body"
    PROCEDURE = "procedure"
    PRACTICE = "practice"


class Worded(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text in one language."""

    lang: Language
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST)]


Texts = Annotated[tuple[Worded, ...], msgspec.Meta(min_length=1, max_length=8)]
"""The same text, in each language once."""


class Evidence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a measure can be seen: an address, the SHA-256 of a document, or both."""

    address: Link | None
    document: Hash | None
    title: Text | None


class Measure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that was done."""

    kind: MeasureKind
    text: Texts
    evidence: Annotated[tuple[Evidence, ...], msgspec.Meta(max_length=MOST_OTHERS)]


class Obstacle(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands in the way."""

    text: Texts


class Help(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Help that is sought or offered: in which languages, for or in which parts of the world, in which time zone.

    An empty list of languages or areas, and no zone, leave that open.
    """

    text: Texts
    languages: Annotated[tuple[Language, ...], msgspec.Meta(max_length=MOST_OTHERS)]
    areas: Annotated[tuple[Area, ...], msgspec.Meta(max_length=MOST_OTHERS)]
    zone: Zone | None


class Answered(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said of one clause, or of one question of a profile."""

    clause: LocalId
    measures: Annotated[tuple[Measure, ...], msgspec.Meta(max_length=MOST_MEASURES)] = ()
    obstacles: Annotated[tuple[Obstacle, ...], msgspec.Meta(max_length=MOST_OTHERS)] = ()
    help_sought: Annotated[tuple[Help, ...], msgspec.Meta(max_length=MOST_OTHERS)] = ()
    help_offered: Annotated[tuple[Help, ...], msgspec.Meta(max_length=MOST_OTHERS)] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is said."""
        return not (self.measures or self.obstacles or self.help_sought or self.help_offered)

    def texts(self) -> tuple[Texts, ...]:
        """Every text in it."""
        each: tuple[Measure | Obstacle | Help, ...] = (
            *self.measures,
            *self.obstacles,
            *self.help_sought,
            *self.help_offered,
        )
        return tuple(one.text for one in each)
