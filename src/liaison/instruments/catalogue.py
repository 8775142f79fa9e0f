"""Which instruments does this program know, and is this file one?

    load_instruments()["budapest-2001"].clauses["art-29"].article == "29"

Invariants:
- adding an instrument is adding a file to `data/instruments`, or to the node's own (docs/using/instruments.md);
- a file that names a clause, an act or a demand that is not there is refused: nothing is guessed;
- a code of conduct consists of norms and nothing else has any; a link of lineage leads to a clause that is there.

Spec page: docs/spec/instruments.md.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType

import msgspec

from liaison.errors import MalformedError
from liaison.instruments.lineage import check_lineage
from liaison.instruments.texts import ADOPTING, CONSENTS, Clause, Instrument, Role, TextKind, text_hash
from liaison.register.vocabulary import Act, ParticipantType
from liaison.wire.typed import convert

__all__ = ["Clause", "Instrument", "decode_instrument", "demands", "load_instruments", "merge_instruments", "text_hash"]

MOST_BYTES, MOST_CLAUSES = 256 * 1024, 256
_LINK = re.compile(r"https?://[!-~]{1,290}")
_PARTS = (Role.RESERVATION, Role.DECLARATION)


@dataclass(frozen=True, slots=True)
class Demand:
    """What a clause, a reservation or a declaration asks of a request, in the English source."""

    code: str
    en: str


@functools.cache
def load_instruments() -> Mapping[str, Instrument]:
    """The instruments that come with the program, by id."""
    folder = resources.files("liaison.instruments").joinpath("data/instruments")
    pages = sorted((page for page in folder.iterdir() if page.name.endswith(".toml")), key=lambda page: page.name)
    return merge_instruments({}, (decode_instrument(page.read_bytes()) for page in pages))


@functools.cache
def demands() -> Mapping[str, Demand]:
    """Every demand by its code."""
    page = resources.files("liaison.instruments").joinpath("data/codes/demands.toml")
    table = tomllib.loads(page.read_text(encoding="utf-8"))["instrument-demand"]
    return MappingProxyType({code: Demand(code, text) for code, text in table.items()})


def merge_instruments(known: Mapping[str, Instrument], more: Iterable[Instrument]) -> Mapping[str, Instrument]:
    """`known` with `more`. Raises MalformedError for an id that stands twice, or one that is not there."""
    found = dict(known)
    for instrument in more:
        if instrument.id in found:
            raise MalformedError("instrument-twice", instrument=instrument.id)
        found[instrument.id] = instrument
    for instrument in found.values():
        _check_others(instrument, found)
    check_lineage(found)
    return MappingProxyType(found)


def decode_instrument(data: bytes) -> Instrument:
    """An instrument from its file. Raises MalformedError with the place of what is wrong."""
    if len(data) > MOST_BYTES:
        raise MalformedError("instrument-too-large", most=MOST_BYTES)
    try:
        instrument = convert(tomllib.loads(data.decode("utf-8")), Instrument)
    except (ValueError, RecursionError, msgspec.ValidationError) as error:
        raise MalformedError("instrument-unreadable", reason=_short(str(error))) from error
    _check_head(instrument)
    _check_clauses(instrument)
    _check_acts(instrument)
    text_hash(instrument)  # Raises for text that cannot stand in canonical JSON.
    return instrument


def _check_head(text: Instrument) -> None:
    for place in ("en", "short", "source", "symbol", "depositary", "address"):
        words: str = getattr(text, place)
        if not words.isprintable() or words != words.strip():
            raise _bad(text, place)
    if text.address and not _LINK.fullmatch(text.address):
        raise _bad(text, "address")


def _check_clauses(text: Instrument) -> None:
    if not 1 <= len(text.clauses) <= MOST_CLAUSES:
        raise _bad(text, "clauses")
    for name, clause in text.clauses.items():
        if (clause.role is Role.NORM) != (text.kind is TextKind.CONDUCT):
            raise _bad(text, f"clauses.{name}.role")
        if not _named_once(clause.addressed, text.addressees()):
            raise _bad(text, f"clauses.{name}.addressed")
        if (clause.role in _PARTS) != (clause.part_of is not None):
            raise _bad(text, f"clauses.{name}.part_of")
        if clause.part_of is not None and clause.part_of not in text.clauses:
            raise _bad(text, f"clauses.{name}.part_of")
        if clause.excludes and clause.role not in _PARTS:
            raise _bad(text, f"clauses.{name}.excludes")
        if len(set(clause.demands)) != len(clause.demands) or not set(clause.demands) <= demands().keys():
            raise _bad(text, f"clauses.{name}.demands")
        _check_lines(text, name, clause)


def _check_lines(text: Instrument, name: str, clause: Clause) -> None:
    for words in (clause.article, clause.en, clause.text):
        if not words.isprintable() or words != words.strip():
            raise _bad(text, f"clauses.{name}")


def _check_acts(text: Instrument) -> None:
    """A treaty has acts by which it enters into force and a way out; a code may be open to adoption."""
    treaty, conduct = text.kind is TextKind.TREATY, text.kind is TextKind.CONDUCT
    if len(set(text.acts)) != len(text.acts) or Act.RETRACTION in text.acts:
        raise _bad(text, "acts")
    if conduct:
        if not set(text.acts) <= ADOPTING or (text.acts and Act.WITHDRAWAL not in text.acts):
            raise _bad(text, "acts")
    elif treaty != bool(text.acts) or set(text.acts) & ADOPTING - {Act.WITHDRAWAL}:
        raise _bad(text, "acts")
    if treaty != (text.withdrawal is not None) or (conduct and text.entry is not None):
        raise _bad(text, "acts")
    if conduct != bool(text.addressed) or not _named_once(text.addressed, tuple(ParticipantType)):
        raise _bad(text, "addressed")
    if len(set(text.parties)) != len(text.parties) or len(text.parties) == 1:
        raise _bad(text, "parties")
    if treaty and text.entry is None:
        raise _bad(text, "entry")
    if text.entry is not None:
        if not text.entry.by or not set(text.entry.by) <= CONSENTS & set(text.acts):
            raise _bad(text, "entry.by")
        for wait in (text.entry.wait, text.entry.later):
            if wait.clause not in text.clauses:
                raise _bad(text, "entry.wait")
    if text.withdrawal is not None and text.withdrawal.clause not in text.clauses:
        raise _bad(text, "withdrawal")


def _named_once(found: tuple[ParticipantType, ...], allowed: tuple[ParticipantType, ...]) -> bool:
    return len(set(found)) == len(found) and set(found) <= set(allowed)


def _check_others(text: Instrument, known: Mapping[str, Instrument]) -> None:
    if text.requires is not None and text.requires not in known:
        raise _bad(text, "requires")
    if text.follows is not None:
        template = known.get(text.follows)
        if template is None or template.kind is not TextKind.TEMPLATE or not text.cooperation():
            raise _bad(text, "follows")
        if not set(text.cooperation()) <= set(template.cooperation()):
            raise _bad(text, "follows")


def _bad(text: Instrument, place: str) -> MalformedError:
    return MalformedError("instrument-inconsistent", instrument=text.id, place=_short(place))


def _short(text: str) -> str:
    return "".join(each if each.isprintable() else " " for each in text)[:200]
