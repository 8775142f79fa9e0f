"""On which conditions may what was handed over be used?

    {"confidentiality":"persons-of-the-case","ending":"destroy","ends_by":"2027-06-01T00:00:00Z","onward":"ask-first",
     "other":null,"proceedings":"XC-2026-114","purpose":{"lang":"en","text":"Proceedings for fraud"}}

Invariants (docs/spec/evidence.md):
- the names are those of the fields of the form `evidence-handover`, so what a reader sees is what was signed;
- whoever keeps it without end names no date, whoever returns or destroys it names one;
- they are handed on unchanged: the hash of these bytes is what an officer accepts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from liaison.errors import MalformedError
from liaison.messages.forms.lines import fits_line
from liaison.messages.forms.strict import strictly
from liaison.wire.canonical import JSON, encode_struct
from liaison.wire.identifiers import Instant, digest, parse_instant

LONGEST_WORDS = 4000
LONGEST_PROCEEDINGS = 200

Onward = Literal["not-allowed", "ask-first", "same-conditions"]
Ending = Literal["keep", "return", "destroy"]
Confidentiality = Literal["persons-of-the-case", "authority", "proceedings"]


class Words(msgspec.Struct, frozen=True):
    """Free text in one language, as in a field of a form."""

    lang: Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z-]{2,15}\Z")]
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_WORDS)]


class UseConditions(msgspec.Struct, frozen=True):
    """What the giving side demands of whoever has it."""

    purpose: Words
    proceedings: str | None
    onward: Onward
    confidentiality: Confidentiality
    ending: Ending
    ends_by: Instant | None
    other: Words | None


_NAMES = tuple(each.name for each in msgspec.structs.fields(UseConditions))


def conditions_of(fields: Mapping[str, JSON]) -> UseConditions:
    """The conditions in the fields of a hand-over. Raises MalformedError."""
    conditions = strictly({name: fields.get(name) for name in _NAMES}, UseConditions)
    check_conditions(conditions)
    return conditions


def fields_of(conditions: UseConditions) -> dict[str, JSON]:
    """The conditions as fields of the form; what is not said is left out."""
    values = msgspec.to_builtins(conditions)
    return {name: value for name, value in values.items() if value is not None}


def check_conditions(conditions: UseConditions) -> None:
    """What the types do not say. Raises MalformedError."""
    if (conditions.ending == "keep") != (conditions.ends_by is None):
        raise MalformedError("evidence-ending", ending=conditions.ending)
    if conditions.ends_by is not None:
        parse_instant(conditions.ends_by)
    if conditions.proceedings is not None and not fits_line(conditions.proceedings, LONGEST_PROCEEDINGS):
        raise MalformedError("value-unfit")


def hash_conditions(conditions: UseConditions) -> str:
    """What an officer accepts: SHA-256 of the canonical conditions."""
    return digest(encode_struct(conditions))
