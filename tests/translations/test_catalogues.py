"""Is every catalogue what the program says, whole, and well-formed? And would the tests notice if it were not?"""

from __future__ import annotations

import functools
import io
from pathlib import Path

import pytest
from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from tools.build_hook import compile_catalogues
from tools.translations import catalogues
from tools.translations.extraction import extract_words

SHIPPED = ("ar", "es", "fr", "pt", "ru", "zh_Hans")


@functools.cache
def words() -> Catalog:
    return extract_words()


def catalogue(language: str) -> Catalog:
    return catalogues.read_catalogue(catalogues.LOCALES / language / catalogues.CATALOGUE)


def read(text: str, language: str = "fr") -> Catalog:
    return read_po(io.BytesIO((catalogues.new_header(language) + "\n" + text).encode()), locale=language)


def test_the_six_languages_and_one_more_are_there() -> None:
    assert {folder.name for folder in catalogues.folders()} >= set(SHIPPED)


@pytest.mark.parametrize("language", SHIPPED)
def test_a_catalogue_has_exactly_the_words_and_no_fault(language: str) -> None:
    assert list(catalogues.faults(catalogue(language), words())) == []


@pytest.mark.parametrize("language", SHIPPED)
def test_plural_forms_are_told_apart_as_the_language_does(language: str) -> None:
    """CLDR's category of millions, and of fractions, is left to the last form, as gettext's own tables do."""
    told = catalogue(language)
    assert told.num_plurals == {"ar": 6, "ru": 3, "zh_Hans": 1}.get(language, 2)
    category = Locale.parse(language).plural_form
    form = _plural(told.plural_expr)
    pairs = {(form(number), category(number)) for number in range(1000)}
    assert len(pairs) == len({number for number, _ in pairs}) == len({name for _, name in pairs}) == told.num_plurals


def _plural(expression: str) -> functools.partial[int]:
    from gettext import c2py

    return functools.partial(c2py(expression))


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ('msgid "{a} of {b}"\nmsgstr "{b} de {c}"', "placeholders"),
        ('msgid "<b>{a}</b>"\nmsgstr "<i>{a}</i>"', "placeholders"),
        ('msgid "%(n)s sent"\nmsgstr "%(m)s envoyés"', "placeholders"),
        ('#, fuzzy\nmsgid "Sent"\nmsgstr "Envoyé"', "fuzzy"),
        ('msgid "One"\nmsgid_plural "%(n)s"\nmsgstr[0] "Un"\nmsgstr[1] "%(n)s"\nmsgstr[2] "%(n)s"', "plural"),
    ],
)
def test_a_fault_is_named(entry: str, fault: str) -> None:
    told = read(entry)
    said = Catalog()
    for message in told:
        if message.id:
            said.add(message.id)
    if fault == "plural":
        next(message for message in told if message.id).string = ("Un", "%(n)s", "%(n)s")
    (found,) = catalogues.faults(told, said)
    assert fault in found


@pytest.mark.parametrize(
    ("entry", "missing"),
    [
        ('msgid "Sent"\nmsgstr ""', 1),
        ('msgid "One"\nmsgid_plural "%(n)s"\nmsgstr[0] "Un"\nmsgstr[1] ""', 1),
        ('msgid "Sent"\nmsgstr "Envoyé"', 0),
    ],
)
def test_a_text_without_words_counts_as_untranslated(entry: str, missing: int) -> None:
    assert len(catalogues.untranslated(read(entry))) == missing


def test_words_that_are_new_or_gone_are_named() -> None:
    said = Catalog()
    said.add("New")
    lacking, gone = catalogues.faults(read('msgid "Gone"\nmsgstr "Parti"'), said)
    assert "lacks 'New'" in lacking and "has 'Gone'" in gone


def test_update_keeps_what_is_said_drops_what_is_not_and_guesses_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "fr"
    path = folder / catalogues.CATALOGUE
    path.parent.mkdir(parents=True)
    header = catalogues.new_header("fr").replace("Review: no", "Review: yes")
    path.write_text(header + '\nmsgid "Sent"\nmsgstr "Envoyé"\n\nmsgid "Gone"\nmsgstr "Parti"\n', encoding="utf-8")
    said = Catalog()
    for text in ("Sent again", "Sent"):
        said.add(text)
    catalogues.update(folder, said)
    assert path.read_text(encoding="utf-8") == (
        header + '\nmsgid "Sent"\nmsgstr "Envoyé"\n\nmsgid "Sent again"\nmsgstr ""\n'
    )


def test_update_writes_the_same_bytes_again(tmp_path: Path) -> None:
    folder = tmp_path / "ar"
    catalogues.update(folder, words())
    once = (folder / catalogues.CATALOGUE).read_bytes()
    catalogues.update(folder, words())
    assert (folder / catalogues.CATALOGUE).read_bytes() == once


def test_the_build_compiles_what_is_newer_and_the_same_sources_to_the_same_bytes(tmp_path: Path) -> None:
    made = []
    for name in ("one", "two"):
        folder = tmp_path / name / "src/liaison/web/locale/ru"
        catalogues.update(folder, words())
        (path,) = compile_catalogues(tmp_path / name)
        made.append(path.read_bytes())
        assert compile_catalogues(tmp_path / name) == []
    assert made[0] == made[1]


@pytest.mark.parametrize("language", SHIPPED)
def test_every_text_of_a_catalogue_is_translated(language: str) -> None:
    assert [message.id for message in catalogues.untranslated(catalogue(language))] == []
