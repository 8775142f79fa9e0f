"""Whose country code does this domain end in, and who has said more about it?

    www.example.fr → FR      example.co.uk → GB      xn--e1afmkfd.xn--p1ai (пример.рф) → RU      example.com → none

Invariants:
- Two ASCII letters at the end are a country-code suffix and name that code; `uk` names GB, the one exception.
- Suffixes in other scripts stand in data/idn-country-suffixes.csv; names are compared in their ASCII form.
- A rule for a name covers every name under it; of several the longest is followed.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import TypeVar

T = TypeVar("T")

EXCEPTIONS = {"uk": "GB"}


@functools.cache
def native_suffixes() -> Mapping[str, str]:
    """Country code of each suffix that is not two ASCII letters, by its ASCII form."""
    page = resources.files("liaison.routing") / "data" / "idn-country-suffixes.csv"
    rows = [row.split(",") for row in page.read_text(encoding="utf-8").splitlines()[1:]]
    return {ascii_form: code for ascii_form, _, code in rows}


def code_of(name: str) -> str | None:
    """The country code that a lower-case name ends in, or None."""
    label = name.rpartition(".")[2]
    if len(label) == 2 and label.isascii() and label.isalpha():
        return EXCEPTIONS.get(label, label.upper())
    return native_suffixes().get(label)


def enclosing(name: str) -> Iterator[str]:
    """The name and every name above it, longest first."""
    while name:
        yield name
        name = name.partition(".")[2]


def closest(rules: Mapping[str, T], name: str) -> tuple[str, T] | None:
    """The rule for the longest name that encloses this one."""
    for candidate in enclosing(name):
        if candidate in rules:
            return candidate, rules[candidate]
    return None
