"""Which long lists of choices does every form repeat? Those that package data alone fixes, written once a language.

{% language_options part.value %}     the languages a text may be marked with, and which one it is
{% sentence_options code %}           the sentences of the phrase book by group, and which one was chosen

A reply has seven texts, each to be marked with one of 67 languages: drawn one by one, these options cost more than all
of the page around them. Invariants: what is kept is made of catalogues and lists that come with the program, nothing of
a node, a desk or an officer; a code that the list does not have is drawn and not kept.
"""

from __future__ import annotations

import functools

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, to_locale

from liaison.web.forms.languages import language_choices
from liaison.web.phrases import GROUPS, PHRASES, groups
from liaison.web.words import code_word, codes_of

register = template.Library()


@register.simple_tag
def language_options(chosen: str) -> SafeString:
    """Every language, by its name in the reader's; one that the list does not have stands first, as its tag."""
    locale = to_locale(get_language() or "en")
    if chosen in dict(language_choices(locale)):
        return _languages(locale, chosen)
    own = format_html('<option value="{}" lang="{}" selected>{}</option>', chosen, chosen, chosen)
    return own + _languages(locale, "")


@functools.cache
def _languages(locale: str, chosen: str) -> SafeString:
    options = ((tag, tag, _mark(tag == chosen), name) for tag, name in language_choices(locale))
    return format_html_join("", '<option value="{}" lang="{}"{}>{}</option>', options)


@register.simple_tag
def sentence_options(chosen: str) -> SafeString:
    """Every sentence, in the reader's language."""
    return _sentences(get_language() or "en", chosen if chosen in codes_of(PHRASES) else "")


@functools.cache
def _sentences(language: str, chosen: str) -> SafeString:
    """The options in a language, which is the one that is active."""
    return format_html_join(
        "",
        '<optgroup label="{}">{}</optgroup>',
        ((code_word(GROUPS, letter), _options(codes, chosen)) for letter, codes in groups()),
    )


def _options(codes: tuple[str, ...], chosen: str) -> SafeString:
    options = ((code, _mark(code == chosen), f"{code} · {code_word(PHRASES, code)}") for code in codes)
    return format_html_join("", '<option value="{}"{}>{}</option>', options)


def _mark(chosen: bool) -> SafeString:
    return SafeString(" selected" if chosen else "")
