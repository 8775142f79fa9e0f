"""Which questions does a report answer: the clauses of its instrument, and those a profile asks beyond them?

    asked = questions(load_profiles()["unidir-survey"], clauses)
    asked["law-views"].part == "law"        a question of the profile
    asked["norm-j"].part == "norms"         a clause of the instrument, in the part that takes them

Invariants (docs/spec/conduct.md):
- a profile is a file in `data/profiles`; it names its instrument, and exactly one of its parts takes the clauses;
- an id keeps its meaning, stands once, and begins with the id of its part, which no clause does;
- a profile arranges and adds questions, and asks for no answer.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType
from typing import Annotated

import msgspec

from liaison.errors import MalformedError, UsageError
from liaison.wire.identifiers import LocalId
from liaison.wire.typed import convert

MOST_BYTES = 64 * 1024
_Line = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
_Words = Annotated[str, msgspec.Meta(min_length=1, max_length=1200)]


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One question of a profile, in the English source."""

    en: _Line
    text: _Words


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One part of a profile: questions of its own, or the clauses of the instrument."""

    id: LocalId
    en: _Line
    clauses: bool = False
    questions: dict[LocalId, Asked] = msgspec.field(default_factory=dict)


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An order of questions for reports on one instrument; `checked` says whether it was compared with its source."""

    id: LocalId
    instrument: LocalId
    en: _Line
    source: _Line
    checked: bool
    parts: Annotated[tuple[Part, ...], msgspec.Meta(min_length=1, max_length=16)]
    address: Annotated[str, msgspec.Meta(max_length=300)] = ""


@dataclass(frozen=True, slots=True)
class Question:
    """Something a report can answer; a clause of the instrument has no words here (`asked` is None)."""

    id: str
    part: str
    asked: Asked | None


@functools.cache
def load_profiles() -> Mapping[str, Profile]:
    """The profiles that come with the program, by id."""
    folder = resources.files("liaison.conduct").joinpath("data/profiles")
    pages = sorted((page for page in folder.iterdir() if page.name.endswith(".toml")), key=lambda page: page.name)
    found = [decode_profile(page.read_bytes()) for page in pages]
    return MappingProxyType({each.id: each for each in found})


def profile_of(name: str | None, instrument: str) -> Profile | None:
    """The profile of this name for an instrument; None for no name. Raises UsageError."""
    if name is None:
        return None
    found = load_profiles().get(name)
    if found is None or found.instrument != instrument:
        raise UsageError("profile-not-found", profile=name[:64], instrument=instrument[:64])
    return found


def decode_profile(data: bytes) -> Profile:
    """A profile from its file. Raises MalformedError."""
    if len(data) > MOST_BYTES:
        raise MalformedError("profile-malformed", reason=f"larger than {MOST_BYTES} bytes")
    try:
        profile = convert(tomllib.loads(data.decode("utf-8")), Profile)
    except (ValueError, RecursionError) as error:
        raise MalformedError("profile-malformed", reason=_short(str(error))) from error
    names = [part.id for part in profile.parts]
    asked = [(part.id, name) for part in profile.parts for name in part.questions]
    if len(set(names)) != len(names) or sum(part.clauses for part in profile.parts) != 1:
        raise MalformedError("profile-malformed", reason="parts")
    if any(part.clauses == bool(part.questions) for part in profile.parts):
        raise MalformedError("profile-malformed", reason="questions")
    if any(not name.startswith(f"{part}-") for part, name in asked):
        raise MalformedError("profile-malformed", reason="the id of a question begins with that of its part")
    return profile


def questions(profile: Profile | None, clauses: Iterable[str]) -> Mapping[str, Question]:
    """Everything a report can answer, in its order. Raises MalformedError where a clause has the id of a question."""
    if profile is None:
        return {name: Question(name, "", None) for name in clauses}
    found: dict[str, Question] = {}
    for part in profile.parts:
        named: Mapping[str, Asked | None] = dict.fromkeys(clauses) if part.clauses else part.questions
        for name, asked in named.items():
            if name in found:
                raise MalformedError("profile-malformed", reason=f"twice: {name}")
            found[name] = Question(name, part.id, asked)
    return found


def _short(text: str) -> str:
    return "".join(each if each.isprintable() else " " for each in text)[:200]
