"""How does a request for cooperation stand on paper? Numbered boxes in two languages, as PDF/UA-1, and its fingerprint.

    make_request(asked, (languages()["fr"], languages()["ar"]), at=now)     of a message, or of a draft

Invariants:
- every label stands in both languages, every free text in the one it was written in; nothing is translated here;
- boxes follow the official template as far as its order is known, and the page says which form decides;
- the fingerprint of a message is the hash of its core, as words and as a code to be scanned; a draft says so;
- EXERCISE stands on every sheet of an exercise.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import segno
from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from django.utils import translation
from django.utils.translation import gettext, pgettext

from liaison.cooperation.paper import ANSWER, DATE, REQUESTED, SIGNATURES, Box, answer_boxes, boxes_of, template_of
from liaison.keys.words import format_words
from liaison.messages.forms import Field, latest_form, read_observables
from liaison.messages.forms.observables import Observable
from liaison.web.languages import Language
from liaison.web.letters.fonts import fonts_for, found_fonts
from liaison.web.letters.typesetting import runs_right_to_left, typeset, world_locale
from liaison.web.words import apart, code_word, form_word, of_a_text
from liaison.wire.canonical import JSON
from liaison.wire.identifiers import parse_instant

if TYPE_CHECKING:
    from typst import Fonts

Both = tuple[Language, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it is printed; `fingerprint` is the hash of a message's core, and none of a draft."""

    form: str
    fields: Mapping[str, JSON]
    sender: str
    recipients: tuple[str, ...]
    composed: datetime
    fingerprint: str
    exercise: bool
    urgency: str
    answer: Mapping[str, JSON] | None = None
    """What an answer to it says; without one its boxes are left to be filled in."""


def make_request(asked: Asked, wanted: Iterable[Language], *, at: datetime, found: Fonts | None = None) -> bytes:
    """The PDF in one or two languages, in fonts of `found` (by default all there are). Raises UsageError."""
    found = found_fonts() if found is None else found
    both = tuple(dict.fromkeys(wanted))[:2]
    fonts = list(dict.fromkeys(name for each in both for name in fonts_for(each.locale, found)))
    told = _told(asked, both) | {
        "lang": both[0].tag.partition("-")[0],
        "rtl": both[0].direction == "rtl",
        "fonts": fonts,
    }
    return typeset("request.typ", told, found, at=at)


def _told(asked: Asked, both: Both) -> dict[str, Any]:
    """Every word of the page."""
    template = template_of(asked.form)
    return {
        "title": _in_each(both, lambda: form_word(latest_form(asked.form))),
        "mark": _in_each(both, lambda: gettext("EXERCISE. Nothing in this is real.")) if asked.exercise else [],
        "state": [] if asked.fingerprint else _in_each(both, lambda: gettext("Draft: this was not sent.")),
        "decides": _in_each(both, lambda: _decides(template.symbol if template is not None else "")),
        "boxes": [_box(box, asked.form, asked.fields, asked, both) for box in boxes_of(asked.form)],
        "answer_title": _in_each(both, lambda: gettext("Answer of the requested authority")),
        "answer": [_box(box, ANSWER, asked.answer or {}, asked, both) for box in answer_boxes(asked.form)],
        "proof_title": _in_each(both, lambda: gettext("Fingerprint of the message")),
        "words": format_words(asked.fingerprint) if asked.fingerprint else "",
        "hash": asked.fingerprint,
        "code": _code_of(asked.fingerprint) if asked.fingerprint else "",
        "code_words": _in_each(both[:1], lambda: gettext("The fingerprint as a code to be scanned"))[0]["text"],
    }


def _decides(symbol: str) -> str:
    if not symbol:
        return gettext("There is no official form for this that is known here; the text the request rests on decides.")
    words = gettext("The first boxes follow the template %(symbol)s; the official form decides.")
    return words % {"symbol": apart(symbol)}


def _in_each(both: Both, words: Callable[[], str]) -> list[dict[str, Any]]:
    """The same words in each language, once where they are the same."""
    said: dict[str, dict[str, Any]] = {}
    for language in both:
        with translation.override(language.code):
            text = words()
        said.setdefault(text, _text(text, language.tag))
    return list(said.values())


def _text(text: str, tag: str) -> dict[str, Any]:
    language = tag.partition("-")[0]
    try:
        rtl = Locale.parse(language).text_direction == "rtl"
    except (UnknownLocaleError, ValueError):
        rtl = False
    return {"text": text, "lang": language, "rtl": rtl}


def _box(box: Box, form: str, fields: Mapping[str, JSON], asked: Asked, both: Both) -> dict[str, Any]:
    """A box: its number and title, and what stands in it; empty ones stay, to be filled in by hand."""
    shape = latest_form(form).fields
    rows = [
        {
            "label": _label(shape[name], both) if len(box.fields) > 1 else [],
            "value": _of_a_text(shape[name], said, fields, both) or _value(shape[name], said, both),
        }
        for name in box.fields
        if (said := fields.get(name)) is not None
    ]
    rows = [*_beside(box, asked, both), *rows]
    title = _in_each(both, lambda: pgettext("paper", box.en))
    return {"number": box.number, "title": title, "rows": rows, "by_hand": box.name in SIGNATURES}


def _beside(box: Box, asked: Asked, both: Both) -> Iterator[dict[str, Any]]:
    """What comes from the message and not from its fields."""
    said: list[dict[str, Any]] = []
    if box.name == DATE:
        day = asked.composed
        said = [_text(format_date(day, "long", locale=world_locale(each.locale)), each.tag) for each in both]
    elif box.name == REQUESTED:
        said = [_plain(each) for each in asked.recipients]
    elif box.name == "requesting":
        said = [_plain(asked.sender)]
    elif box.name == "urgency":
        said = _in_each(both, lambda: code_word("urgency", asked.urgency))
    if said:
        yield {"label": [], "value": said}


def _label(field: Field, both: Both) -> list[dict[str, Any]]:
    return _in_each(both, lambda: pgettext(field.context, field.en))


def _plain(text: str) -> dict[str, Any]:
    """Text without a language of its own: a name, a hash, a time; it runs as its first letter does."""
    return {"text": text, "lang": "", "rtl": runs_right_to_left(text)}


def _value(field: Field, said: Any, both: Both) -> list[dict[str, Any]]:
    match field.type:
        case "text":
            return [_text(said["text"], said["lang"])]
        case "code":
            return _coded(field, said, both)
        case "codes":
            return [each for code in said for each in _coded(field, code, both)]
        case "flag":
            return _in_each(both, lambda: gettext("Yes") if said else gettext("No"))
        case "instant":
            return [_plain(f"{parse_instant(said):%Y-%m-%d %H:%M:%S} UTC")]
        case "observables":
            return [_plain(_observed(each)) for each in read_observables(said)]
        case "digests":
            return [_plain(f"{each['name']}  SHA-256 {each['sha256']}") for each in said]
    return [_plain(str(said))]


def _of_a_text(field: Field, said: Any, fields: Mapping[str, JSON], both: Both) -> list[dict[str, Any]]:
    """The agreed text and its article by their names; nothing of any other field."""
    named = _in_each(both, lambda: of_a_text(field, said, fields.get("instrument")) if field.type == "line" else "")
    return [each for each in named if each["text"]]


def _coded(field: Field, code: str, both: Both) -> list[dict[str, Any]]:
    return _in_each(both, lambda: code_word(field.codes or "", code))


def _observed(what: Observable) -> str:
    """One observable on a line, as it may be typed: value, protocol, ports, times in UTC, offset, count."""
    ports = f"{what.source_port or ''}>{what.destination_port or ''}".strip(">")
    times = " - ".join(each for each in (what.first_seen, what.last_seen) if each)
    parts = (what.value, what.protocol, ports, times, what.offset, f"x{what.count}" if what.count else "")
    return "  ".join(part for part in parts if part)


def _code_of(fingerprint: str) -> str:
    drawing = io.BytesIO()
    segno.make(fingerprint.upper(), error="m").save(drawing, kind="svg", scale=4, border=2, xmldecl=False)
    return drawing.getvalue().decode()
