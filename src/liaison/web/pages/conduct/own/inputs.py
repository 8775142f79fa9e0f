"""How does an answer that is being written stand on its page: rows of inputs, an empty one at the end of each group?

    groups = input_groups(typed, faults, language="fr")       what was typed stands where it was, faults beside it
    typed  = posted(request.POST)                             the inputs of an answer that came back

Invariants: every text has its language beside it and room for one more language; what a page offers empty and nobody
fills in is nothing (`liaison.conduct.typed`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from liaison.conduct.reports import MeasureKind
from liaison.conduct.typed import (
    MEASURE,
    OBSTACLE,
    OFFERED,
    SOUGHT,
    Fault,
    is_input,
    parts_in,
    rows_in,
)
from liaison.web.forms import Problem
from liaison.web.forms.typed import plain_lines
from liaison.web.words import code_word, codes_of

SEEN = ("address", "document", "title")
MOST_ROWS = 99


@dataclass(frozen=True, slots=True)
class Input:
    """One input: its name, its id on the page, what stands in it, and what is wrong with it in words."""

    name: str
    value: str
    wrong: str

    @property
    def id(self) -> str:
        """The id of the input on its page."""
        return self.name.replace(".", "-")


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one kind: measures, obstacles, help sought or help offered; `begun` if something stands in one."""

    name: str
    rows: tuple[Mapping[str, Any], ...]
    begun: bool


def posted(post: Any) -> dict[str, str]:
    """The inputs of an answer in a POST; several boxes that are ticked under one name are one text."""
    return {name: " ".join(map(plain_lines, texts)) for name, texts in post.lists() if is_input(name)}


def problems_of(faults: Iterable[Fault]) -> tuple[Problem, ...]:
    """The faults in words, each with the id of its input."""
    return tuple(Problem(each.name.replace(".", "-"), code_word("report-fault", each.code)) for each in faults)


def input_groups(typed: Mapping[str, str], faults: Iterable[Fault], *, language: str) -> list[Group]:
    """Every group of inputs of an answer; a new text is marked with `language` unless its writer says otherwise."""
    made = _Made(typed, {each.name: code_word("report-fault", each.code) for each in faults}, language)
    return [made.group(name) for name in (MEASURE, OBSTACLE, SOUGHT, OFFERED)]


@dataclass(frozen=True, slots=True)
class _Made:
    """Inputs in the making."""

    typed: Mapping[str, str]
    wrong: Mapping[str, str]
    language: str

    def group(self, name: str) -> Group:
        numbers = rows_in(self.typed, name)
        offered = [*numbers, max(numbers, default=0) + 1][:MOST_ROWS]
        return Group(name, tuple(self._row(name, number) for number in offered), bool(numbers))

    def _row(self, group: str, number: int) -> Mapping[str, Any]:
        row = f"{group}.{number}"
        told = {"number": number, "id": row.replace(".", "-"), "texts": self._texts(row)}
        if group == MEASURE:
            kinds = [(each.value, code_word("measure-kind", each.value)) for each in MeasureKind]
            return told | {"kind": self._input(f"{row}.kind"), "kinds": kinds, "evidence": self._evidence(row)}
        if group == OBSTACLE:
            return told
        areas = self._input(f"{row}.areas")
        ticked = [(code, code_word("zone-area", code), code in areas.value.split()) for code in codes_of("zone-area")]
        fields = {name: self._input(f"{row}.{name}") for name in ("languages", "zone")}
        return told | fields | {"areas": areas, "ticked": ticked}

    def _texts(self, row: str) -> list[Mapping[str, Any]]:
        places = parts_in(self.typed, row, "text") or [1]
        return [self._text(row, place, more=False) for place in places] + [self._text(row, max(places) + 1, more=True)]

    def _text(self, row: str, place: int, *, more: bool) -> Mapping[str, Any]:
        lang = self._input(f"{row}.lang.{place}", self.language)
        part = {"id": lang.id, "name": lang.name, "value": lang.value, "label": gettext("Language of this text")}
        return {"text": self._input(f"{row}.text.{place}"), "part": part, "more": more, "wrong": lang.wrong}

    def _evidence(self, row: str) -> list[Mapping[str, Input]]:
        places = parts_in(self.typed, row, *SEEN)
        offered = [*places, max(places, default=0) + 1]
        return [{name: self._input(f"{row}.{name}.{place}") for name in SEEN} for place in offered]

    def _input(self, name: str, otherwise: str = "") -> Input:
        return Input(name, self.typed.get(name) or otherwise, self.wrong.get(name, ""))
