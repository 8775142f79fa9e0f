"""What does a document in CSAF 2.0 or 2.1 say?

    {"document": {"csaf_version": "2.0", "title": "…", "distribution": {"tlp": {"label": "WHITE"}}, …},
     "vulnerabilities": [{"cve": "CVE-2022-27193", …}]}

Invariants (docs/spec/exchange.md): vulnerabilities are the indicators of an advisory; products and their remedies are
listed as not
understood, because nothing here acts on them; addresses in references are references, never indicators.
"""

from __future__ import annotations

from typing import Any

from liaison.errors import MalformedError
from liaison.exchange.csaf.vocabulary import EXERCISE, OBSERVABLES, TITLE, VERSIONS, WORDS
from liaison.exchange.marking import tlp_of
from liaison.exchange.members import inner, objects, text
from liaison.exchange.naming import plain_title
from liaison.exchange.observing import Found, observe
from liaison.exchange.strict_json import decode_json
from liaison.exchange.values import MOST_INDICATORS, Document, Format, Indicator
from liaison.messages.forms.observables import Observable
from liaison.messages.message import Tlp

_NOTE = "document/notes"
_SAID = ("summary", "description", "general", "details")


def decode_csaf(data: bytes) -> Document:
    """What the document says. Raises MalformedError."""
    whole = decode_json(data)
    document = whole.get("document") if isinstance(whole, dict) else None
    if not isinstance(document, dict) or document.get("csaf_version") not in VERSIONS:
        raise MalformedError("document-of-another-format", format=Format.CSAF.value)
    label = _label(document)
    found = Found()
    _vulnerabilities(whole, label, found)
    if "product_tree" in whole:
        found.miss("product_tree", "products")
    notes = objects(document.get("notes"))
    _observables(notes, label, found)
    exercise = any(each.get("title") == EXERCISE for each in notes)
    return Document(
        format=Format.CSAF,
        version=document["csaf_version"],
        title=plain_title(text(document.get("title")), exercise=exercise),
        description=_description(notes),
        tlp=label,
        terms=text(inner(document.get("distribution")).get("text")),
        exercise=exercise,
        indicators=tuple(found.indicators),
        unclear=tuple(found.unclear),
    )


def _vulnerabilities(whole: dict[str, Any], label: Tlp | None, found: Found) -> None:
    for number, each in enumerate(objects(whole.get("vulnerabilities"))):
        path = f"vulnerabilities[{number}]"
        names = [text(each.get("cve"))] if each.get("cve") else []
        what = [observe("vulnerability", name) for name in names or _ids(each)]
        known = [one for one in what if one is not None]
        if not known:
            found.miss(path, "value")
        for one in known:
            found.add(one, label, path)


def _ids(told: dict[str, Any]) -> list[str]:
    return [text(each.get("text")) for each in objects(told.get("ids"))]


def _observables(notes: list[dict[str, Any]], label: Tlp | None, found: Found) -> None:
    """Our own note: every observable in its order, vulnerabilities only as far as the document itself has them."""
    note = next((each for each in notes if each.get("title") == OBSERVABLES), None)
    if note is None:
        return
    named = {each.what.value: each for each in found.indicators}
    told, said = list[Indicator](), set[str]()
    lines = text(note.get("text")).split("\n")
    if len(lines) > MOST_INDICATORS:
        raise MalformedError("document-too-many", limit=MOST_INDICATORS)
    for number, line in enumerate(lines):
        path = f"{_NOTE}/{number}"
        what = _line(line)
        if what is None or (what.kind == "vulnerability" and what.value not in named):
            found.miss(path, "differs")
            continue
        told.append(Indicator(what, label, path))
        said.add(what.value)
    found.indicators[:] = []
    for each in [*told, *(each for name, each in named.items() if name not in said)]:
        found.add(each.what, each.tlp, each.path)


def _line(line: str) -> Observable | None:
    try:
        value = decode_json(line.encode())
    except MalformedError:
        return None
    holder = Found()
    holder.told(_bare(value), value, None, "")
    return holder.indicators[0].what if holder.indicators and not holder.unclear else None


def _bare(value: object) -> Observable | None:
    return observe(text(inner(value).get("kind")), inner(value).get("value"))


def _label(document: dict[str, Any]) -> Tlp | None:
    return tlp_of(inner(inner(document.get("distribution")).get("tlp")).get("label"))


def _description(notes: list[dict[str, Any]]) -> str:
    """Our own words, else the first note that sums up."""
    ours = [each for each in notes if each.get("title") == WORDS]
    not_words = (OBSERVABLES, EXERCISE, TITLE)
    others = [each for each in notes if each.get("category") in _SAID and each.get("title") not in not_words]
    return text((ours or others or [{}])[0].get("text"))
