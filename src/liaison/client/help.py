"""What does a program ask about help with norms: who seeks and offers it, what came of it, which practices are there?

node.help.board(language="fr").matches[0].theirs.text[0].text
"""

from __future__ import annotations

import msgspec

from liaison.client.asking import Asker
from liaison.client.conduct import Worded
from liaison.client.shapes import Desk


class Norm(msgspec.Struct, frozen=True):
    """One clause of an agreed text."""

    instrument: str
    clause: str


class Wish(msgspec.Struct, frozen=True):
    """Help that is sought or offered (`way`), in the words of whoever does."""

    participant: str
    name: str
    norm: Norm
    way: str
    year: int
    text: list[Worded]
    languages: list[str]
    areas: list[str]
    zone: str | None


class Match(msgspec.Struct, frozen=True):
    """An own wish or offer and one that meets it, with what both sides have in common."""

    match: str
    ours: Wish
    theirs: Wish
    norms: str
    languages: list[str]
    areas: list[str]
    hours: int | None


class Help(msgspec.Struct, frozen=True):
    """What is sought and offered, in the order of norms and participants."""

    matches: list[Match]
    ours: list[Wish]
    sought: list[Wish]
    offered: list[Wish]


class Evidence(msgspec.Struct, frozen=True):
    """Where a practice can be seen."""

    address: str | None
    document: str | None
    title: str | None


class Practice(msgspec.Struct, frozen=True):
    """How a participant does what a norm asks."""

    participant: str
    name: str
    norm: Norm
    year: int
    text: list[Worded]
    evidence: list[Evidence]
    public: bool


class Introduction(msgspec.Struct, frozen=True):
    """An introduction and what came of it."""

    case: str
    exercise: bool
    others: list[Desk]
    way: str | None
    norms: list[Norm]
    answer: str
    outcome: str
    outcome_at: str | None
    outcome_ours: bool


class _Practices(msgspec.Struct, frozen=True):
    practices: list[Practice]


class _Introductions(msgspec.Struct, frozen=True):
    introductions: list[Introduction]


class HelpReader:
    """Help with norms through one node."""

    def __init__(self, node: Asker) -> None:
        self._node = node

    def board(self, **wanted: str) -> Help:
        """What is sought and offered; `norm="un-norms-2015 norm-j"`, `language="fr"`, `area="africa"`, `hours="true"`
        narrow the matches."""
        return self._node.read("/conduct/help", Help, wanted)

    def practices(self, words: str = "") -> list[Practice]:
        """The practices in which all of these words stand."""
        return self._node.read("/conduct/practices", _Practices, {"q": words}).practices

    def introductions(self) -> list[Introduction]:
        """The latest introductions of the desk."""
        return self._node.read("/conduct/introductions", _Introductions).introductions
