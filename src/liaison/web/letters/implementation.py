"""How does a report of implementation look on paper? Every answer under its clause, with who sees it, as PDF/UA-1.

    make_report((text, "State XC (fictional)", 2026), rows, languages()["ar"], at=now)

Invariants: titles and labels stand in the language of the page, every text in the one it was written in; each answer
says who sees it, so that a sheet for the own participant alone is not handed on by mistake.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from django.utils import translation
from django.utils.translation import gettext

from liaison.conduct.reports import OWN, Answer, Evidence, Help, Measure, Texts
from liaison.instruments.texts import Instrument
from liaison.web.languages import Language
from liaison.web.letters.fonts import fonts_for, found_fonts, spare_fonts
from liaison.web.letters.typesetting import runs_right_to_left, typeset, world_locale
from liaison.web.words import apart, code_word, language_word, listed

if TYPE_CHECKING:
    from typst import Fonts

Subject = tuple[Instrument, str, int]
"""The text that is reported on, the participant's name, and the year."""


@dataclass(frozen=True, slots=True)
class PrintedAnswer:
    """An answer: where it stands, what is asked there, and who sees it (everybody, or these beside the own one)."""

    place: str
    asks: str
    answer: Answer
    public: bool
    names: tuple[str, ...]


def make_report(
    subject: Subject, rows: Iterable[PrintedAnswer], language: Language, *, at: datetime, found: Fonts | None = None
) -> bytes:
    """The PDF in a language, in fonts of `found` (by default all there are). Raises UsageError."""
    found = found_fonts() if found is None else found
    with translation.override(language.code):
        told = _told(subject, rows, format_date(at, "long", locale=world_locale(language.locale))) | {
            "lang": language.tag.partition("-")[0],
            "rtl": language.direction == "rtl",
            "fonts": list(dict.fromkeys((*fonts_for(language.locale, found), *spare_fonts(found)))),
        }
    return typeset("implementation.typ", told, found, at=at)


def _told(subject: Subject, rows: Iterable[PrintedAnswer], day: str) -> dict[str, Any]:
    """Every word of the page in the present language; what others wrote in its own direction."""
    text, name, period = subject
    return {
        "title": gettext("Report of implementation, %(year)s") % {"year": period},
        "text": _plain(text.en, "en"),
        "name": _plain(name),
        "state": gettext("Draft as it stood on %(day)s; the register says what was published.") % {"day": day},
        "official": gettext("What a clause asks is told in our own words; the official text decides."),
        "nothing": gettext("Nothing is said yet."),
        "answers": [_answer(each) for each in rows],
    }


def _answer(each: PrintedAnswer) -> dict[str, Any]:
    answer = each.answer
    groups = [
        (gettext("Measures taken"), [_measure(one) for one in answer.measures]),
        (gettext("Obstacles"), [_item("", one.text) for one in answer.obstacles]),
        (gettext("Help sought"), [_help(one) for one in answer.help_sought]),
        (gettext("Help offered"), [_help(one) for one in answer.help_offered]),
    ]
    return {
        "place": _plain(each.place, "en"),
        "asks": _plain(each.asks, "en"),
        "seen": _seen(each),
        "groups": [{"title": title, "items": items} for title, items in groups if items],
    }


def _seen(each: PrintedAnswer) -> str:
    if each.public:
        return gettext("Seen by everybody")
    if each.answer.audience == OWN:
        return gettext("For ourselves alone: do not hand this on")
    return gettext("Seen by: %(names)s") % {"names": listed(map(apart, each.names)) or "—"}


def _item(label: str, texts: Texts, more: Iterable[str] = ()) -> dict[str, Any]:
    return {
        "label": label,
        "texts": [_plain(each.text, each.lang) for each in texts],
        "more": [_plain(each) for each in more],
    }


def _measure(one: Measure) -> dict[str, Any]:
    return _item(code_word("measure-kind", one.kind.value), one.text, [_evidence(each) for each in one.evidence])


def _evidence(each: Evidence) -> str:
    document = f"SHA-256 {each.document}" if each.document else ""
    return "  ".join(apart(part) for part in (each.title, each.address, document) if part)


def _help(one: Help) -> dict[str, Any]:
    return _item("", one.text, _wanted(one))


def _wanted(one: Help) -> Iterator[str]:
    if one.languages:
        yield listed(map(language_word, one.languages))
    if one.areas:
        yield listed(code_word("zone-area", each) for each in one.areas)
    if one.zone:
        yield one.zone


def _plain(text: str, tag: str = "") -> dict[str, Any]:
    """A text in its own direction: that of its language, or of its first letter where it has none."""
    language = tag.partition("-")[0]
    if language:
        try:
            rtl = Locale.parse(language).text_direction == "rtl"
        except (UnknownLocaleError, ValueError):
            rtl = False
    else:
        rtl = runs_right_to_left(text)
    return {"text": text, "lang": language, "rtl": rtl}
