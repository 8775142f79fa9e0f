"""Which requests for cooperation are there, and what does each agreed text say of them?

    kept = load_catalogue()["preservation-request"]
    kept.signers                                    the kinds of desk that may send it: those of its form
    kept.clauses                                    {"budapest-2001": "art-29", "un-cybercrime-2024": "art-42", …}
    kept.terms["budapest-2001"].clocks["preservation"]      60 days at least, from when the data were secured

    data/types.toml                    the types: their safeguards, which fields say them, what the other side is asked
    data/requests/budapest-2001.toml   a text: of each type its article, fields, clocks, extension, refusal

Invariants (docs/spec/requests-catalogue.md):
- a type is a form of `liaison.messages`; adding a text is adding a file, and nothing else;
- everything that is named is there: forms and their fields, codes, safeguards, clocks; an unknown member is refused;
- a clock counts days of the calendar or hours, whichever its text says; where the text gives no figure the clock is
  `suggested`: it reminds and nothing lapses by it;
- `checked` says whether the page was compared with the official text; that text decides in any case.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Annotated, TypeVar

import msgspec

from liaison.cooperation.clock_rules import Clock, Extension
from liaison.errors import MalformedError
from liaison.messages.forms import Form, code_list, latest_form
from liaison.register.vocabulary import DeskKind
from liaison.wire.identifiers import LocalId
from liaison.wire.typed import convert

LARGEST_PAGE = 256 * 1024
GROUNDS, SAFEGUARDS = "refusal-ground", "safeguard"
_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
_Article = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


class Safeguard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What protects whoever a request is about: the fields that say it, all of them and one in `one_of`, or all or none
    (`together`); or, of the requested side, what it is asked to consider before it decides (`prompt`)."""

    fields: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    together: bool = False
    prompt: bool = False


class Unreserved(StrEnum):
    """What follows where a side names a ground that it did not reserve."""

    REFUSED = "refused"
    WARNED = "warned"


class Reserved(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A ground is open only to a State that made the reservation of this clause; `without` it, naming the ground is
    refused, or warned of where the page is not sure what the text says."""

    clause: LocalId
    without: Unreserved


class Refusal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a request may be refused: ground → article, of those that only postpone too; whether there are no others
    (`only`), whether reasons and a consultation are owed, the grounds on which it must be refused (`must`), and those
    that a State has to have `reserved`."""

    grounds: dict[str, _Article]
    postponing: dict[str, _Article] = {}
    must: tuple[str, ...] = ()
    reserved: dict[str, Reserved] = {}
    only: bool = False
    reasons: _Article | None = None
    consultation: _Article | None = None


class TermsPage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A type in the page of a text; `refusal` names one of the page's. `safeguards` adds to those of the type, and
    names the article of this type where that is not the page's."""

    clause: str
    article: _Article
    en: _Text
    fields: dict[str, _Article]
    refusal: str
    if_known: dict[str, _Article] = {}
    clocks: dict[str, Clock] = {}
    extension: Extension | None = None
    oral: _Article | None = None
    signers: tuple[DeskKind, ...] = ()
    safeguards: dict[str, _Article] = {}
    checked: bool | None = None


class InstrumentPage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file of a text."""

    instrument: str
    source: _Text
    checked: bool
    types: dict[str, TermsPage]
    refusals: dict[str, Refusal]
    safeguards: dict[str, _Article] = {}
    serious_crime_years: Annotated[int, msgspec.Meta(ge=1, le=100)] | None = None


class _TypePage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    safeguards: tuple[str, ...]


class _TypesPage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    courtesy_grounds: tuple[str, ...]
    safeguards: dict[str, Safeguard]
    types: dict[str, _TypePage]


@dataclass(frozen=True, slots=True)
class Terms:
    """What one text says of one type; `fields` are those it demands, each with the article that does, `if_known` those
    it wants as far as they are known: of one article one is enough.

    `safeguards` holds all that the type needs, with the article where the text itself demands it. `signers` are the
    kinds of desk that may send it under this text. `oral` names the article by which it may be asked by telephone and
    confirmed in writing.
    """

    instrument: str
    clause: str
    article: str
    en: str
    source: str
    checked: bool
    fields: Mapping[str, str]
    if_known: Mapping[str, str]
    signers: tuple[DeskKind, ...]
    clocks: Mapping[str, Clock]
    extension: Extension | None
    refusal: Refusal
    safeguards: Mapping[str, str | None]
    serious_crime_years: int | None
    oral: str | None


@dataclass(frozen=True, slots=True)
class RequestType:
    """One type of request, under every text that knows it; `courtesy_grounds` are open wherever a text binds nobody."""

    form: str
    signers: tuple[DeskKind, ...]
    safeguards: Mapping[str, Safeguard]
    terms: Mapping[str, Terms]
    courtesy_grounds: frozenset[str]

    @property
    def clauses(self) -> Mapping[str, str]:
        """Text → clause."""
        return {instrument: each.clause for instrument, each in self.terms.items()}


P = TypeVar("P", InstrumentPage, _TypesPage)


@functools.cache
def load_catalogue() -> Mapping[str, RequestType]:
    """Every type by its form, in the order of `data/types.toml`. Raises MalformedError for data that do not fit."""
    folder = resources.files("liaison.cooperation").joinpath("data")
    types = _read(folder.joinpath("types.toml").read_bytes(), _TypesPage)
    pages = [decode_instrument_page(page.read_bytes()) for page in _pages(folder.joinpath("requests"))]
    return build_catalogue(types, pages)


def decode_instrument_page(data: bytes) -> InstrumentPage:
    """The page of a text from its file, everything it names checked. Raises MalformedError."""
    page = _read(data, InstrumentPage)
    for form, terms in page.types.items():
        _check(page, latest_form(form), terms)
    for name, refusal in page.refusals.items():
        known = {*refusal.grounds, *refusal.postponing}
        _known(known, code_list(GROUNDS), f"refusals.{name}")
        _known(refusal.must, refusal.grounds, f"refusals.{name}.must")
        _known(refusal.reserved, known, f"refusals.{name}.reserved")
    _known(page.safeguards, code_list(SAFEGUARDS), "safeguards")
    return page


def build_catalogue(types: _TypesPage, pages: Iterable[InstrumentPage]) -> Mapping[str, RequestType]:
    """The types with what each page says of them. Raises MalformedError for a safeguard or type that is not there."""
    pages = list(pages)
    _known(types.safeguards, code_list(SAFEGUARDS), "safeguards")
    _known(types.courtesy_grounds, code_list(GROUNDS), "courtesy_grounds")
    for page in pages:
        _known(page.types, types.types, page.instrument)
    return MappingProxyType({form: _request_type(types, form, pages) for form in types.types})


def _request_type(types: _TypesPage, form: str, pages: Iterable[InstrumentPage]) -> RequestType:
    shape, needed = latest_form(form), types.types[form].safeguards
    _known(needed, types.safeguards, form)
    signers = tuple(map(DeskKind, shape.sender_kinds))
    terms = {page.instrument: _terms(page, form, signers, needed) for page in pages if form in page.types}
    named = dict.fromkeys(each for one in terms.values() for each in (*needed, *one.safeguards))
    safeguards = {name: types.safeguards[name] for name in (named or dict.fromkeys(needed))}
    for name, safeguard in safeguards.items():
        if not safeguard.prompt and not set(safeguard.fields) & shape.fields.keys():
            raise MalformedError("catalogue-unknown", place=f"{form}.safeguards", name=name)
    courtesy = frozenset(types.courtesy_grounds)
    return RequestType(form, signers, MappingProxyType(safeguards), MappingProxyType(terms), courtesy)


def _terms(page: InstrumentPage, form: str, signers: tuple[DeskKind, ...], needed: tuple[str, ...]) -> Terms:
    told = page.types[form]
    articles = {**page.safeguards, **told.safeguards}
    return Terms(
        instrument=page.instrument,
        clause=told.clause,
        article=told.article,
        en=told.en,
        source=page.source,
        checked=page.checked if told.checked is None else told.checked,
        fields=MappingProxyType(told.fields),
        if_known=MappingProxyType(told.if_known),
        signers=told.signers or signers,
        clocks=MappingProxyType(told.clocks),
        extension=told.extension,
        refusal=page.refusals[told.refusal],
        safeguards=MappingProxyType({name: articles.get(name) for name in (*needed, *told.safeguards)}),
        serious_crime_years=page.serious_crime_years,
        oral=told.oral,
    )


def _check(page: InstrumentPage, form: Form, terms: TermsPage) -> None:
    """Everything that a type in the page names is there."""
    _known([*terms.fields, *terms.if_known], form.fields, f"{form.id}.fields")
    _known([terms.refusal], page.refusals, f"{form.id}.refusal")
    _known(terms.signers, form.sender_kinds, f"{form.id}.signers")
    _known(terms.safeguards, code_list(SAFEGUARDS), f"{form.id}.safeguards")
    if terms.extension is not None:
        latest_form(terms.extension.form)
        _known([terms.extension.clock], terms.clocks, f"{form.id}.extension")
    for name, clock in terms.clocks.items():
        clock.check(f"{form.id}.clocks.{name}")


def _known(names: Iterable[str], known: Iterable[str], place: str) -> None:
    for name in sorted(set(names) - set(known)):
        raise MalformedError("catalogue-unknown", place=place[:80], name=name[:40])


def _read(data: bytes, type_: type[P]) -> P:
    if len(data) > LARGEST_PAGE:
        raise MalformedError("catalogue-too-large", most=LARGEST_PAGE)
    try:
        return convert(tomllib.loads(data.decode("utf-8")), type_)
    except (ValueError, RecursionError) as error:
        raise MalformedError("catalogue-unfit", detail=str(error)[:200]) from error


def _pages(folder: Traversable) -> Iterator[Traversable]:
    yield from sorted((page for page in folder.iterdir() if page.name.endswith(".toml")), key=lambda page: page.name)
