"""How does an answer stand in the inputs of a page or a command, and what do inputs say?

    typed_of(answer)                      {"measure.1.kind": "law", "measure.1.text.1": "An act …", …}
    read_typed("norm-j", typed, find)     Read(answer, faults); `find` makes an id of what names a participant

Invariants:
- an answer that is put into inputs and read again is the same answer, whatever it holds;
- what cannot be read is a fault at its input, and nothing that was typed is changed for it;
- a row in which nothing is typed is no row, so that a page may offer empty ones.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import msgspec

from liaison.conduct.reports import (
    OWN,
    Answer,
    Area,
    Evidence,
    Help,
    Measure,
    MeasureKind,
    Obstacle,
    Texts,
    Worded,
    Zone,
    check_answer,
    named,
    named_in,
)
from liaison.errors import MalformedError
from liaison.messages.forms.lines import fits_line
from liaison.register.contents.implementation import LONGEST
from liaison.register.vocabulary import Language, Link, Text
from liaison.wire.identifiers import Hash
from liaison.wire.typed import convert

NAMED, AUDIENCE, WHO = "named", "audience", "named"
MEASURE, OBSTACLE, SOUGHT, OFFERED = "measure", "obstacle", "sought", "offered"
GROUPS = (MEASURE, OBSTACLE, SOUGHT, OFFERED)
_PLACE = re.compile(r"(measure|obstacle|sought|offered)\.([1-9][0-9]?)\.([a-z]+)(?:\.([1-9][0-9]?))?")
_APART = re.compile(r"[\s,;،؛\uff0c、\uff1b]+")
Find = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one input, as a code of the list `report-fault`."""

    name: str
    code: str


@dataclass(frozen=True, slots=True)
class Read:
    """What inputs say; with a fault in them `answer` is what could be read."""

    answer: Answer
    faults: tuple[Fault, ...] = ()


def is_input(name: str) -> bool:
    """Whether this is an input of an answer."""
    return name in (AUDIENCE, WHO) or _PLACE.fullmatch(name) is not None


def kept_inputs(typed: Mapping[str, str]) -> dict[str, str]:
    """What is worth keeping: inputs that are not empty, and the language of a text only with the text."""
    said = {name: text for name, text in typed.items() if text}
    return {name: text for name, text in said.items() if not _is_idle(name, said)}


def _is_idle(name: str, said: Mapping[str, str]) -> bool:
    row, _, place = name.partition(".lang.")
    return bool(place) and f"{row}.text.{place}" not in said


def rows_in(typed: Mapping[str, str], group: str) -> list[int]:
    """The numbers of the rows of a group in which something is typed, in order."""
    places = (_PLACE.fullmatch(name) for name, text in kept_inputs(typed).items() if text.strip())
    return sorted({int(found[2]) for found in places if found and found[1] == group})


def parts_in(typed: Mapping[str, str], row: str, *fields: str) -> list[int]:
    """The numbers that inputs of these fields have in a row such as `measure.1`."""
    said = (name for name, text in typed.items() if text.strip() and name.startswith(f"{row}."))
    told = [name.removeprefix(f"{row}.").partition(".") for name in said]
    return sorted({int(last) for first, _, last in told if first in fields and last})


def typed_of(answer: Answer, called: Callable[[str], str] = str) -> dict[str, str]:
    """The inputs that say this answer, in which a participant is `called` so."""
    group, _, _ = answer.audience.partition(":")
    typed = {AUDIENCE: group}
    if group == NAMED:
        typed[WHO] = " ".join(called(each) for each in named_in(answer.audience))
    for number, measure in enumerate(answer.measures, 1):
        row = f"{MEASURE}.{number}"
        typed |= {f"{row}.kind": measure.kind.value} | _texts_typed(row, measure.text)
        for place, seen in enumerate(measure.evidence, 1):
            told = {"address": seen.address, "document": seen.document, "title": seen.title}
            typed |= {f"{row}.{name}.{place}": text for name, text in told.items() if text}
    for number, obstacle in enumerate(answer.obstacles, 1):
        typed |= _texts_typed(f"{OBSTACLE}.{number}", obstacle.text)
    for name, wishes in ((SOUGHT, answer.help_sought), (OFFERED, answer.help_offered)):
        for number, wish in enumerate(wishes, 1):
            typed |= _help_typed(f"{name}.{number}", wish)
    return typed


def _texts_typed(row: str, texts: Texts) -> dict[str, str]:
    told: dict[str, str] = {}
    for place, each in enumerate(texts, 1):
        told |= {f"{row}.text.{place}": each.text, f"{row}.lang.{place}": each.lang}
    return told


def _help_typed(row: str, wish: Help) -> dict[str, str]:
    told = {"languages": " ".join(wish.languages), "areas": " ".join(wish.areas), "zone": wish.zone or ""}
    return _texts_typed(row, wish.text) | {f"{row}.{name}": text for name, text in told.items() if text}


def read_typed(clause: str, typed: Mapping[str, str], find: Find) -> Read:
    """What the inputs say of a clause, and what is wrong with them."""
    inputs = _Inputs({name: _clean(text) for name, text in typed.items()})
    answer = Answer(
        clause,
        tuple(_measure(inputs, f"{MEASURE}.{number}") for number in rows_in(typed, MEASURE)),
        tuple(Obstacle(inputs.texts(f"{OBSTACLE}.{number}")) for number in rows_in(typed, OBSTACLE)),
        tuple(_help(inputs, f"{SOUGHT}.{number}") for number in rows_in(typed, SOUGHT)),
        tuple(_help(inputs, f"{OFFERED}.{number}") for number in rows_in(typed, OFFERED)),
        audience=_audience(inputs, find),
    )
    if not inputs.faults:
        try:
            check_answer(convert(msgspec.to_builtins(answer), Answer))
        except (MalformedError, ValueError):
            inputs.faults.append(Fault(AUDIENCE, "form"))
    return Read(answer, tuple(inputs.faults))


@dataclass(slots=True)
class _Inputs:
    """The inputs while they are read, and what was found wrong."""

    typed: Mapping[str, str]
    faults: list[Fault] = field(default_factory=list)

    def said(self, name: str) -> str:
        return self.typed.get(name, "")

    def valid(self, name: str, type_: object, code: str, text: str | None = None) -> str | None:
        """The text of an input if it is of this type of text, nothing where nothing is typed."""
        said = self.said(name) if text is None else text
        if not said:
            return None
        try:
            return str(convert(said, type_))  # type: ignore[arg-type]
        except ValueError:
            self.faults.append(Fault(name, code))
            return None

    def each(self, name: str, type_: object, code: str) -> tuple[str, ...]:
        """The words of an input, each once."""
        words = dict.fromkeys(word for word in _APART.split(self.said(name)) if word)
        found = (self.valid(name, type_, code, word) for word in words)
        return tuple(each for each in found if each is not None)

    def texts(self, row: str) -> Texts:
        """The texts of a row, in each language once."""
        found: list[Worded] = []
        for place in parts_in(self.typed, row, "text"):
            name = f"{row}.text.{place}"
            lang = self.valid(f"{row}.lang.{place}", Language, "language")
            if lang is None:
                self.missing(f"{row}.lang.{place}", "language")
            elif any(each.lang == lang for each in found):
                self.faults.append(Fault(f"{row}.lang.{place}", "language-twice"))
            elif not fits_line(self.said(name).replace("\n", " "), LONGEST):
                self.faults.append(Fault(name, "text"))
            found.append(Worded(lang or "en", self.said(name)))
        if not found:
            self.missing(f"{row}.text.1", "text-missing")
        return tuple(found)

    def missing(self, name: str, code: str) -> None:
        if all(fault.name != name for fault in self.faults):
            self.faults.append(Fault(name, code))


def _measure(inputs: _Inputs, row: str) -> Measure:
    kind = inputs.said(f"{row}.kind")
    if kind not in set(MeasureKind):
        inputs.missing(f"{row}.kind", "kind-missing")
        kind = MeasureKind.PRACTICE.value
    return Measure(MeasureKind(kind), inputs.texts(row), tuple(_evidence(inputs, row)))


def _evidence(inputs: _Inputs, row: str) -> Iterator[Evidence]:
    for place in parts_in(inputs.typed, row, "address", "document", "title"):
        address = inputs.valid(f"{row}.address.{place}", Link, "address")
        document = inputs.valid(
            f"{row}.document.{place}", Hash, "document", inputs.said(f"{row}.document.{place}").lower()
        )
        title = inputs.valid(f"{row}.title.{place}", Text, "text")
        if address is None and document is None:
            inputs.missing(f"{row}.address.{place}", "evidence-nowhere")
        else:
            yield Evidence(address, document, title)


def _help(inputs: _Inputs, row: str) -> Help:
    return Help(
        inputs.texts(row),
        inputs.each(f"{row}.languages", Language, "language"),
        inputs.each(f"{row}.areas", Area, "area"),
        inputs.valid(f"{row}.zone", Zone, "zone"),
    )


def _audience(inputs: _Inputs, find: Find) -> str:
    chosen = inputs.said(AUDIENCE) or OWN
    if chosen != NAMED:
        return chosen
    found = []
    for word in dict.fromkeys(word for word in _APART.split(inputs.said(WHO)) if word):
        participant = find(word)
        if participant is None:
            inputs.faults.append(Fault(WHO, "participant"))
        else:
            found.append(participant)
    try:
        return named(found)
    except MalformedError:
        inputs.missing(WHO, "nobody")
        return OWN


def _clean(text: str) -> str:
    """The text as it may be signed: in normal form C, with one sort of line end, no tabs and no space around it."""
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return text.replace("\t", " ").strip()
