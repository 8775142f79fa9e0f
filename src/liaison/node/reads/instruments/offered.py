"""On which texts can a request of a type rest between one side and others on a day, and how does each bind them?

    for each in offered_texts(node, register, Wanted("preservation-request", ours, {theirs}, day)):
        each.text.id, each.kind, each.reason, each.clause      "budapest-2001", BINDING, None, "art-29"

Invariants:
- nothing is offered that can carry no request: no template, no code of conduct, no treaty between others;
- of several sides that are asked the one that is bound least decides, for the request goes to all of them;
- a text that is known not to have this type of request is left out; one of which no page says anything is not;
- while nobody is named who is asked, nothing is said of how a text binds (`kind` is None).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from liaison.cooperation.catalogue import load_catalogue
from liaison.errors import UsageError
from liaison.instruments.legal_basis import Basis, BasisKind, Reason
from liaison.instruments.texts import Instrument, TextKind
from liaison.node.node import Node
from liaison.node.reads.instruments.known import known_instruments
from liaison.node.reads.instruments.status import basis_between

_BINDS_LESS = {kind: place for place, kind in enumerate(BasisKind)}
_CARRIES_NOTHING = (TextKind.TEMPLATE, TextKind.CONDUCT)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A type of request, empty for any; by whom, of whom, on which day."""

    form: str
    ours: str
    theirs: frozenset[str]
    on: date


@dataclass(frozen=True, slots=True)
class OfferedText:
    """A text on which the request can rest; `clause` is that of the catalogue, empty where no page of the text says."""

    text: Instrument
    kind: BasisKind | None
    reason: Reason | None
    clause: str


def offered_texts(node: Node, register: str, wanted: Wanted) -> tuple[OfferedText, ...]:
    """What can be chosen, what binds first."""
    texts = known_instruments(node)
    bases = [found for theirs in sorted(wanted.theirs) if (found := _between(node, register, wanted, theirs))]
    if not bases:
        carrying = (text for text in texts.values() if text.kind not in _CARRIES_NOTHING and not text.parties)
        return tuple(_offered(wanted.form, (OfferedText(text, None, None, "") for text in carrying)))
    common = [name for name in bases[0] if all(name in found for found in bases)]
    weakest = [max((found[name] for found in bases), key=lambda basis: _BINDS_LESS[basis.kind]) for name in common]
    weakest.sort(key=lambda basis: (_BINDS_LESS[basis.kind], basis.reason is Reason.PRACTICE))
    made = (OfferedText(texts[each.instrument], each.kind, each.reason, "") for each in weakest)
    return tuple(_offered(wanted.form, made))


def _between(node: Node, register: str, wanted: Wanted, theirs: str) -> Mapping[str, Basis]:
    """The bases between two sides by their texts; nothing where both are the same State."""
    try:
        found = basis_between(node, register, ours=wanted.ours, theirs=theirs, on=wanted.on).found
    except UsageError:
        return {}
    return {each.basis.instrument: each.basis for each in found}


def _offered(form: str, texts: Iterable[OfferedText]) -> Iterable[OfferedText]:
    catalogue = load_catalogue()
    paged = {name for kind in catalogue.values() for name in kind.terms}
    for each in texts:
        terms = catalogue[form].terms.get(each.text.id) if form else None
        if terms is not None:
            yield OfferedText(each.text, each.kind, each.reason, terms.clause)
        elif not form or each.text.id not in paged:
            yield each
