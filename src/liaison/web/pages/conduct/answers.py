"""What of an answer does a page say to this reader? Each of its lists that holds something, in the reader's language.

    in_own_words(texts)                 what stands in several languages, in the reader's
    for part in said_in(answer):
        part.list_name                  measures · obstacles · help_sought · help_offered
        for item in part.items:         item.kind, item.said, item.evidence, item.about

Invariant: a text that does not stand in the reader's language stands in English or in its own, which the page marks.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import get_language

from liaison.conduct.differences import LISTS
from liaison.conduct.reports import Answered, Evidence, Texts, Worded, in_language
from liaison.web.forms.languages import language_tag
from liaison.web.words import code_word, language_word


@dataclass(frozen=True, slots=True)
class Said:
    """A measure, an obstacle, a wish or an offer; `kind` is that of a measure, `about` in words what help is for."""

    kind: str
    said: Worded
    evidence: tuple[Evidence, ...]
    about: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SaidPart:
    """One list of an answer."""

    list_name: str
    items: tuple[Said, ...]


def in_own_words(texts: Texts) -> Worded:
    """What others wrote, in the reader's language if it stands in it, else in English, else as it stands first."""
    return in_language(texts, (language_tag(get_language() or "en"), "en"))


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
    languages = map(language_word, getattr(item, "languages", ()))
    areas = (code_word("zone-area", each) for each in getattr(item, "areas", ()))
    about = (*languages, *areas, *((zone,) if zone else ()))
    text = in_own_words(getattr(item, "text", ()))
    return Said(kind.value if kind is not None else "", text, getattr(item, "evidence", ()), about)
