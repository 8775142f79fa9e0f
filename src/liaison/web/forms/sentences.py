"""How does a coded sentence come into a text field of a form, without a script and with nothing typed lost?

    put_in(form, typed)      the inputs with the sentence at the end of the text, and the text marked with its language

Invariants: a text has one language: an empty one takes that of the sentence, one that says something already keeps its
own, and the sentence is put in that language or not at all; nothing else of what was typed changes.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext, pgettext

from liaison.messages.forms import Field, Form
from liaison.web.forms.languages import language_tag
from liaison.web.forms.reading import Problem
from liaison.web.forms.showing import Option
from liaison.web.forms.typed import Typed, input_id, input_name
from liaison.web.languages import Language, find_language, languages
from liaison.web.phrases import PHRASES, language_of, said
from liaison.web.words import codes_of

CODE, FIELD, LANGUAGE = "phrase", "phrase-field", "phrase-lang"
INPUTS = frozenset({CODE, FIELD, LANGUAGE})


@dataclass(frozen=True, slots=True)
class Choice:
    """What the page of a form offers: its text fields, the languages; `code` is the sentence that was chosen."""

    fields: tuple[Option, ...]
    code: str
    languages: tuple[tuple[Language, bool], ...]


def offered(form: Form, typed: Typed, own: Language) -> Choice:
    """What can be put where; nothing where the form has no text."""
    field = _one(typed, FIELD)
    fields = (Option(each.name, pgettext(each.context, each.en), chosen=each.name == field) for each in _texts(form))
    chosen = languages().get(_one(typed, LANGUAGE), own)
    return Choice(tuple(fields), _one(typed, CODE), tuple((each, each == chosen) for each in languages().values()))


def put_in(form: Form, typed: Typed) -> tuple[dict[str, list[str]], tuple[Problem, ...]]:
    """What was typed with the chosen sentence at the end of the chosen text, or what forbids it."""
    kept = {name: list(texts) for name, texts in typed.items()}
    code, field = _one(typed, CODE), _one(typed, FIELD)
    language = find_language(_one(typed, LANGUAGE))
    if code not in codes_of(PHRASES) or field not in {each.name for each in _texts(form)}:
        return kept, (Problem(CODE, gettext("Choose a sentence, and the text it goes into.")),)
    text, marked = _one(typed, input_name(field)).rstrip(), _one(typed, input_name(field, "lang"))
    if text and marked != language_tag(language.code):
        named = [each for each in languages().values() if language_tag(each.code) == marked]
        if not named or language_of(code, named[0]) != named[0]:
            told = gettext("The text says something already, in a language that this sentence does not exist in.")
            return kept, (Problem(input_id(field), told),)
        language = named[0]
    language = language_of(code, language)
    kept[input_name(field)] = ["\n".join(filter(None, (text, said(code, language))))]
    kept[input_name(field, "lang")] = [language_tag(language.code)]
    return kept, ()


def _texts(form: Form) -> list[Field]:
    """Its fields of running text; a title is no place for a sentence."""
    found = [each for each in form.fields.values() if each.type == "text"]
    return sorted(found, key=lambda each: (-each.most, not each.required))


def _one(typed: Typed, name: str) -> str:
    return next(iter(typed.get(name, ())), "")
