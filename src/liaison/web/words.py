"""What do a code, an instant and an error say in the reader's language?

    code_word("tlp", "amber")      "TLP:AMBER" in every language
    code_word("answer", "partly")  "Acceptée en partie" while French is active
    territory_word("TR")           "Türkiye"; None for "XC", which nobody but the register can name
    moment(at)                     "22 Nov 2026, 04:02 CET", in the zone that is active

Invariants (docs/using/translating.md):
- data files hold codes and the English source, catalogues the rest, with the name of the list or form as context;
- what has no translation is said in English, what has no word is shown as its code; nothing signed depends on either;
- territories are called what the United Nations call them; a code that ISO 3166 leaves to its users has no name here.
"""

from __future__ import annotations

import functools
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from importlib import resources

from babel import Locale
from babel.dates import format_skeleton, get_datetime_format
from django.utils.timezone import get_current_timezone
from django.utils.translation import get_language, get_language_bidi, gettext, pgettext, to_locale

from liaison.errors import LiaisonError
from liaison.explanations import Explanation, Telling, explain
from liaison.instruments.catalogue import load_instruments
from liaison.messages.forms import Code, Field, Form
from liaison.messages.forms.codes import code_lists, read_code_lists
from liaison.node.services.care.findings import Finding
from liaison.web.languages import find_language
from liaison.wire.canonical import JSON
from liaison.wire.identifiers import parse_instant

# Which parameters of a finding are codes, and of which list.
_CODED: Mapping[str, str] = {
    "error": "delivery-error",
    "job": "job",
    "reason": "register-stopped",
    "what": "key-ending",
}
_CONTROLS = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]")
# AA, QM to QZ, XA to XZ and ZZ are left to the users of the standard.
_STANDARD = re.compile(r"(?!AA|Q[M-Z]|X|ZZ)[A-Z]{2}")


def code_word(list_name: str, code: str) -> str:
    """The label of a code; a code of a later version is shown as it is."""
    found = _code(list_name, code)
    return pgettext(list_name, found.en) if found is not None else code


def code_meaning(list_name: str, code: str) -> str:
    """The sentence that explains a code; empty where its label says enough."""
    found = _code(list_name, code)
    return pgettext(list_name, found.meaning) if found is not None and found.meaning else ""


def codes_of(list_name: str) -> tuple[str, ...]:
    """Every code of a list, in the order of its file."""
    return tuple(_lists()[list_name])


def form_word(form: Form) -> str:
    """What a form is called."""
    return pgettext(form.id, form.en)


def form_purpose(form: Form) -> str:
    """What a form is for, in a sentence."""
    return pgettext(form.id, form.purpose)


def field_word(form: Form, field: str) -> str:
    """The label of a field; a field that the form does not have is shown as it is."""
    found = form.fields.get(field)
    return pgettext(found.context, found.en) if found is not None else field


def of_a_text(field: Field, value: str, instrument: JSON) -> str:
    """What the agreed text of a request, or its article, is called; empty for any other field, and for a text that did
    not come with the program."""
    text = load_instruments().get(str(instrument)) if field.context == "request" else None
    if text is None:
        return ""
    if field.name == "instrument":
        return pgettext(text.id, text.en)
    clause = text.clauses.get(value) if field.name == "clause" else None
    return f"{clause.article} · {pgettext(text.id, clause.en)}" if clause is not None else ""


def norm_word(instrument: str, clause: str) -> str:
    """A norm by its text, its number there and what it asks; by its ids where the program came without the text."""
    text = load_instruments().get(instrument)
    found = text.clauses.get(clause) if text is not None else None
    if text is None or found is None:
        return f"{instrument} {clause}"
    words = (pgettext(text.id, text.short or text.en), apart(found.article), pgettext(text.id, found.en))
    return " · ".join(filter(None, words))


def explained(error: LiaisonError) -> Explanation:
    """What happened, what was kept and what to do next."""
    return explain(error, gettext, _TELLING)


def found_words(finding: Finding) -> tuple[str, str]:
    """What a check of the node found, and what to do now, with the codes inside it as words."""
    worded = {name: code_word(_CODED[name], str(value)) for name, value in finding.params.items() if name in _CODED}
    return replace(finding, params={**finding.params, **worded}).said(gettext, _TELLING)


def babel_locale() -> str:
    """The present language as Babel spells it."""
    return find_language(get_language()).locale


def moment(at: datetime) -> str:
    """An instant in the reader's zone, with the zone, as plain text."""
    return " ".join(day_and_zone(at.astimezone(get_current_timezone())))


def day_begun(at: datetime) -> date | None:
    """The day that begins at an instant by the reader's clock; None where it is inside of one."""
    zone = get_current_timezone()
    begun = at.astimezone(zone).date()
    # In UTC, because there are zones whose clocks skip a midnight.
    return begun if datetime.combine(begun, time(), tzinfo=zone).astimezone(UTC) == at.astimezone(UTC) else None


def day_and_zone(there: datetime) -> tuple[str, str]:
    """An instant by the clock that it is given in, and its zone."""
    words, between = day_words(there.date(), babel_locale())
    return between.format(there.strftime("%H:%M"), words), there.strftime("%Z")


@functools.lru_cache(maxsize=4096)
def day_words(day: date, locale: str) -> tuple[str, str]:
    """A day in words, and how the language sets the time of day (0) and the day (1) side by side."""
    # English as it is written where no country is named: the day before the month.
    locale = {"en": "en_001"}.get(locale, locale)
    noon = datetime.combine(day, time(12))
    return format_skeleton("yMMMd", noon, locale=locale), str(get_datetime_format("medium", locale=locale))


def _moment_of_wire(text: str) -> str:
    return moment(parse_instant(text))


def territory_word(code: str) -> str | None:
    """The name of a country or area by its ISO 3166-1 alpha-2 code; None for a code without one."""
    if not _STANDARD.fullmatch(code):
        return None
    locale = babel_locale()
    return _united_nations().get(code, {}).get(locale) or Locale.parse(locale).territories.get(code)


def language_word(tag: str) -> str:
    """What a language is called, by its tag; a tag without a name is shown as it is."""
    return _language_word(tag, get_language() or "en")


@functools.lru_cache(maxsize=1024)
def _language_word(tag: str, reader: str) -> str:
    return str(Locale.parse(to_locale(reader)).languages.get(tag.split("-")[0], tag))


def comma() -> str:
    """What stands between two of a list in the reader's language: a comma and a space, "، ", or "、"."""
    return pgettext("between two of a list", ", ")


def article_word(article: str) -> str:
    """An article as it is shown; nothing of what has none, as a practice or a template to be filled in."""
    return article if article[:1].isdigit() else ""


def apart(text: str) -> str:
    """A number or name that keeps its own direction in a sentence, also where no element can stand: in an option."""
    return f"\u2068{text}\u2069"


def in_a_sentence(text: str) -> str:
    """What others wrote, as it can stand inside a sentence of ours: it turns nothing around it, and nothing turns it.

    Controls of direction go, for one that is left open turns the rest of the sentence round. It is isolated only where
    it has to be, so that a command with a name in it is copied as it stands.
    """
    shown = _CONTROLS.sub("", text)
    sides = {unicodedata.bidirectional(sign) in ("R", "AL") for sign in shown if sign.isalpha()}
    if get_language_bidi():
        turned = len(sides) == 2 or not (shown[:1].isalnum() and shown[-1:].isalnum())
    else:
        turned = True in sides
    return apart(shown) if shown and turned else shown


def listed(words: Iterable[str]) -> str:
    """Words of a list in one line."""
    return comma().join(words)


_TELLING = Telling(_moment_of_wire, listed, in_a_sentence)


def _code(list_name: str, code: str) -> Code | None:
    return _lists().get(list_name, {}).get(code)


@functools.cache
def _lists() -> Mapping[str, Mapping[str, Code]]:
    rooms = (resources.files(f"liaison.{room}").joinpath("data/codes") for room in ("instruments", "conduct", "web"))
    return {**code_lists(), **{name: table for room in rooms for name, table in read_code_lists(room).items()}}


@functools.cache
def _united_nations() -> Mapping[str, Mapping[str, str]]:
    page = resources.files("liaison.web").joinpath("data/territories.toml")
    return tomllib.loads(page.read_text(encoding="utf-8"))
