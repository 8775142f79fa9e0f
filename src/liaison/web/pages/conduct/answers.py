"""What of an answer does a page say to this reader? Each of its lists that holds something, in the reader's language.

    for part in said_in(answer):
        part.list_name                  measures · obstacles · help_sought · help_offered
        for item in part.items:         item.kind, item.said, item.evidence, item.about

Invariant: a text that does not stand in the reader's language stands in its own, which the page marks.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import get_language

from liaison.conduct.differences import LISTS
from liaison.conduct.reports import Answered, Evidence, Worded, in_language


@dataclass(frozen=True, slots=True)
class Said:
    """A measure, an obstacle, a wish or an offer; `kind` is that of a measure, `about` what help is meant for."""

    kind: str
    said: Worded
    evidence: tuple[Evidence, ...]
    about: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SaidPart:
    """One list of an answer."""

    list_name: str
    items: tuple[Said, ...]


def said_in(answer: Answered) -> list[SaidPart]:
    """The lists of an answer that hold something."""
    found = []
    for name in LISTS:
        items = tuple(_said(each) for each in getattr(answer, name))
        if items:
            found.append(SaidPart(name, items))
    return found


def _said(item: object) -> Said:
    kind = getattr(item, "kind", None)
    zone = getattr(item, "zone", None)
    about = (*getattr(item, "languages", ()), *getattr(item, "areas", ()), *((zone,) if zone else ()))
    preferred = (get_language() or "en").partition("-")[0]
    text = in_language(getattr(item, "text", ()), (preferred, "en"))
    return Said(kind.value if kind is not None else "", text, getattr(item, "evidence", ()), about)
