"""Does this name look like something it is not?

    "Министерство XC"          nothing odd: each word is of one script
    "Mіnistry of XC"           mixed-script: the second letter is Cyrillic
    "XC", U+202E, "elpmaxe"    control: a character that reorders or hides text
    "Ministry 0f XC"           lookalike, where a "Ministry of XC" stands beside it

Invariants: a warning is shown beside the name wherever it is delivered and forbids nothing; a name in any one script is
fine; the same name twice is a lookalike too.
"""

# Letters that look like others are what this file is about.
# ruff: noqa: RUF001, RUF002

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from enum import StrEnum


class NameWarning(StrEnum):
    """Why a name deserves a second look."""

    CONTROL = "control"
    MIXED_SCRIPT = "mixed-script"
    LOOKALIKE = "lookalike"


# What is drawn like a Latin letter once case is folded.
_DRAWN_LIKE = {
    "a": "аα",
    "b": "вь",
    "c": "сϲ",
    "e": "еєε",
    "h": "һн",
    "i": "іıι1l|",
    "j": "ј",
    "k": "кκ",
    "m": "м",
    "n": "пη",
    "o": "оοσ0",
    "p": "рρ",
    "s": "ѕ5",
    "t": "тτ",
    "u": "υ",
    "v": "ν",
    "x": "хχ",
    "y": "уγ",
    "w": "ѡω",
}
_SKELETON = str.maketrans({letter: latin for latin, letters in _DRAWN_LIKE.items() for letter in letters})
# Japanese and Korean are written with more than one script in one word.
_WRITTEN_TOGETHER = {"HIRAGANA": "CJK", "KATAKANA": "CJK", "HANGUL": "CJK", "BOPOMOFO": "CJK"}


def name_warnings(name: str, others: Iterable[str] = ()) -> frozenset[NameWarning]:
    """What is odd about `name`, given the names it stands beside."""
    found = set()
    if any(unicodedata.category(letter) in ("Cc", "Cf", "Co", "Cn") for letter in name):
        found.add(NameWarning.CONTROL)
    if any(len(_scripts(word)) > 1 for word in name.split()):
        found.add(NameWarning.MIXED_SCRIPT)
    drawn = skeleton(name)
    if any(skeleton(other) == drawn for other in others):
        found.add(NameWarning.LOOKALIKE)
    return frozenset(found)


def skeleton(name: str) -> str:
    """What `name` is drawn like: two names with one skeleton are easily taken for each other."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    kept = "".join(letter for letter in plain if unicodedata.category(letter) not in ("Mn", "Cf", "Cc"))
    return " ".join(kept.translate(_SKELETON).split())


def _scripts(word: str) -> frozenset[str]:
    """The scripts of the letters of a word, by the first word of their Unicode names."""
    letters = (letter for letter in word if unicodedata.category(letter) in ("Lu", "Ll", "Lo"))
    names = (unicodedata.name(letter, "UNKNOWN").split()[0] for letter in letters)
    return frozenset(_WRITTEN_TOGETHER.get(name, name) for name in names)
