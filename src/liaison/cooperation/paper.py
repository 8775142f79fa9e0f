"""In which numbered boxes does a request stand on paper?

    boxes_of("preservation-request")     1 Date · 2 Reference or case number · 3 Status of the request · …
    answer_boxes()                       what the requested side fills in and sends back
    template_of("preservation-request")  T-CY(2018)11, whose first eight boxes are these

Invariants (docs/spec/requests-catalogue.md):
- every field of a form stands in one of its boxes and in one only;
- the order of an official template is followed as far as it is known (`sure_to`); the official form decides.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

import msgspec

from liaison.errors import MalformedError
from liaison.messages.forms import latest_form
from liaison.wire.typed import convert

ANSWER = "request-answer"
# Boxes that hold no field: what stands in them comes from the message, or is written by hand.
DATE, REQUESTED, SIGNATURES = "date", "requested", frozenset({"signature", "signed"})


class _Box(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    en: str
    fields: tuple[str, ...] = ()


class _Template(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    symbol: str
    sure_to: int
    boxes: tuple[str, ...] = ()
    own: dict[str, _Box] = {}


class _Page(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    boxes: dict[str, _Box]
    answer: dict[str, _Box]
    templates: dict[str, _Template]


@dataclass(frozen=True, slots=True)
class Box:
    """One box: its number and name, its title in the English source, and the fields in it."""

    number: int
    name: str
    en: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """An official template: its symbol, and up to which box the order here is known to be its own."""

    symbol: str
    sure_to: int


def boxes_of(form: str) -> tuple[Box, ...]:
    """The boxes of a request. Raises MalformedError for an unknown form."""
    page, template = _page(), _page().templates.get(form)
    named: Mapping[str, _Box] = page.boxes
    if template is not None and template.boxes:
        known = {**page.boxes, **template.own}
        named = {name: known[name] for name in template.boxes}
    return _numbered(named, form, first=1)


def answer_boxes(form: str) -> tuple[Box, ...]:
    """The boxes of the answer to a request in this form, numbered on from its own."""
    return _numbered(_page().answer, ANSWER, first=len(boxes_of(form)) + 1)


def template_of(form: str) -> Template | None:
    """The official template that a form follows."""
    found = _page().templates.get(form)
    return Template(found.symbol, found.sure_to) if found is not None else None


def _numbered(named: Mapping[str, _Box], form: str, *, first: int) -> tuple[Box, ...]:
    there = latest_form(form).fields
    kept = {
        name: (box.en, tuple(field for field in box.fields if field in there))
        for name, box in named.items()
        if not box.fields or not there.keys().isdisjoint(box.fields)
    }
    return tuple(Box(number, name, *box) for number, (name, box) in enumerate(kept.items(), start=first))


@functools.cache
def _page() -> _Page:
    data = resources.files("liaison.cooperation").joinpath("data/paper.toml").read_bytes()
    try:
        return convert(tomllib.loads(data.decode("utf-8")), _Page)
    except ValueError as error:
        raise MalformedError("catalogue-unfit", detail=str(error)[:200]) from error
