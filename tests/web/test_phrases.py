"""Can two officers who share no language find, print and send a sentence that both read in their own?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from liaison.web.languages import find_language, languages
from liaison.web.phrases import groups, language_of, said
from liaison.web.words import codes_of
from tests.web.test_cases import ask, real
from tests.web.test_write import written
from tests.web.visiting import visit
from tests.world import World

FRENCH = "Quand pouvons-nous"


def test_every_sentence_stands_in_a_named_group_under_a_code_of_its_own() -> None:
    letters = [letter for letter, _ in groups()]
    assert letters == list(codes_of("phrase-group"))
    assert [code for _, codes in groups() for code in codes] == list(codes_of("phrase"))
    assert all(re.fullmatch(r"[A-H][1-9]", code) for code in codes_of("phrase"))


def test_the_book_shows_both_languages_each_in_its_own_direction_and_only_what_was_ticked(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        visitor = visit(world, "XC", language="ar")
        page = visitor.see("phrases/", **{"in": "fr"})
        assert '<html lang="ar" dir="rtl">' in page
        assert re.search(rf'<td lang="fr" dir="ltr">{FRENCH}', page)
        assert page.count('name="say"') == len(codes_of("phrase"))
        few = visitor.see("phrases/", **{"in": "fr", "say": ["D6", "nothing"]})
        assert few.count('name="say"') == 1
        assert FRENCH in few
        assert "style=" not in page
        assert f"{visitor.base}phrases/" in visitor.see(f"centres/{world.registry.ids['XD'][:16]}/duty/")


def test_a_sentence_goes_into_an_answer_marked_with_its_language_and_nothing_typed_is_lost(tmp_path: Path) -> None:
    with real(tmp_path) as world:
        case = ask(world)
        duty = visit(world, "XD")
        page = duty.see(f"cases/{case}/say/reply")
        assert "phrases/" in page
        typed = {"go": "phrase", "phrase": "D6", "phrase-lang": "fr", "field.answer": "accepted"}
        answer = duty.send(f"cases/{case}/say/reply", status=200, **{"phrase-field": "information"}, **typed)
        shown = answer.content.decode()
        assert re.search(rf'name="field.information"[^>]*>\s*{FRENCH}', shown)
        assert re.search(r'<option value="fr" lang="fr" selected>', shown)
        assert re.search(r'name="field.answer" value="accepted" checked', shown)
        assert len(duty.see(f"cases/{case}/").split("<article")) == 2, "nothing was sent"


def test_a_sentence_goes_into_a_draft_and_is_kept_with_it(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        visitor = visit(world, "XC")
        number = written(visitor, "XD")
        version = re.search(r'name="version" value="(\d+)"', visitor.see(f"write/{number}/text"))
        assert version
        given = {"go": "phrase", "phrase": "A1", "phrase-lang": "en", "phrase-field": "description"}
        texts = {"field.title": "Scanning", "field.title.lang": "en", "version": version[1]}
        page = visitor.send(f"write/{number}/text", status=200, **given, **texts).content.decode()
        assert said("A1", find_language("en")) in page
        assert said("A1", find_language("en")) in visitor.see(f"write/{number}/text")


@pytest.mark.parametrize("choice", [{"phrase": ""}, {"phrase": "Z9"}, {"phrase": "A1", "phrase-field": "at"}])
def test_what_is_no_sentence_or_no_text_is_told_and_changes_nothing(tmp_path: Path, choice: dict[str, str]) -> None:
    with real(tmp_path) as world:
        case = ask(world)
        given = {"go": "phrase", "field.information": "As it was", **choice}
        page = visit(world, "XD").send(f"cases/{case}/say/reply", status=400, **given).content.decode()
        assert "Choose a sentence, and the text it goes into." in page
        assert "As it was" in page


def test_a_text_keeps_its_one_language_when_a_sentence_is_added(tmp_path: Path) -> None:
    with real(tmp_path) as world:
        case = ask(world)
        duty = visit(world, "XD")
        given = {"go": "phrase", "phrase": "D6", "phrase-lang": "en", "phrase-field": "information"}
        french = {"field.information": "Bonjour.", "field.information.lang": "fr"}
        page = duty.send(f"cases/{case}/say/reply", status=200, **given, **french).content.decode()
        assert re.search(rf"Bonjour\.\n{FRENCH}", page)
        finnish = {"field.information": "Hei.", "field.information.lang": "fi"}
        refused = duty.send(f"cases/{case}/say/reply", status=400, **given, **finnish).content.decode()
        assert "in a language that this sentence does not exist in" in refused
        assert "Hei." in refused


def test_a_sentence_without_a_translation_is_marked_english() -> None:
    for language in languages().values():
        for code in codes_of("phrase"):
            marked = language_of(code, language)
            assert said(code, marked) == said(code, language)
