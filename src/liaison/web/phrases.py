"""Which coded sentences are there, and how does each stand in a language?

    said("D6", find_language("fr"))       "Quand pouvons-nous attendre une réponse ?"
    groups()                              (("A", ("A1", "A2", …)), …), in the order of the data file

Invariants: a code names the same sentence in every language; what a catalogue lacks stands in English, the language of
the sources; whoever puts a sentence into a text marks it with `language_of`, so that English is never marked French.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from django.utils import translation

from liaison.web.languages import SOURCE, Language, find_language, languages
from liaison.web.words import code_word, codes_of

PHRASES, GROUPS = "phrase", "phrase-group"


def groups() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The letter of each group with its codes."""
    return tuple((letter, tuple(codes)) for letter, codes in groupby(codes_of(PHRASES), key=lambda code: code[0]))


def said(code: str, language: Language) -> str:
    """The sentence of a code in a language."""
    with translation.override(language.code):
        return code_word(PHRASES, code)


def language_of(code: str, language: Language) -> Language:
    """The language in which the sentence really stands."""
    source = find_language(SOURCE)
    return language if said(code, language) != said(code, source) else source


def beside(tags: Sequence[str], own: Language) -> Language:
    """The first language of the other side that there is a catalogue for and the officer does not read already."""
    wanted = (tag.lower().split("-")[0] for tag in tags)
    known = [each for tag in wanted for each in languages().values() if each.code.split("-")[0] == tag]
    return next((each for each in known if each != own), next(each for each in languages().values() if each != own))
