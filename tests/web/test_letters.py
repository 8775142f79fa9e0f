"""Does a letter to the secretariat come in every language, and never with an empty box for a sign?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import pytest
from babel.dates import format_date

from liaison.errors import UsageError
from liaison.node.services.people.officers import Seat, seats
from liaison.officers.permissions import Role
from liaison.web.languages import languages
from liaison.web.letters.fonts import FAMILIES, PACKAGES, found_fonts
from liaison.web.letters.letter import LetterKind, _facts, _told, make_letter
from liaison.web.letters.typesetting import runs_right_to_left, world_locale
from tests.web.visiting import Visitor, visit
from tests.world import World

NOTHING_ELSE: Mapping[str, Any] = {"system": False, "packages": ()}
OF_THE_EXTRA: Mapping[str, Any] = {"system": False}
CHINESE = {"languages": "zh", "contact/states/institution": "国家计算机应急中心"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("letters"), codes=("XC",)) as made:
        yield made


@pytest.fixture(scope="module")
def manager(world: World) -> Visitor:
    return visit(world, "XC", Role.DIRECTORY)


@pytest.fixture
def seat(world: World, manager: Visitor) -> Seat:
    with world.at("XC"):
        return seats(world.nodes["XC"], manager.officer)[0]


def letter(world: World, seat: Seat, language: str, **fonts: Any) -> bytes:
    kind = LetterKind.NOMINATION
    return make_letter(world.nodes["XC"], seat, kind, languages()[language], found=found_fonts(**fonts))


@pytest.mark.parametrize("language", sorted(languages()))
def test_a_letter_is_a_pdf_in_every_language_without_a_font_of_the_machine(
    world: World, seat: Seat, language: str
) -> None:
    assert letter(world, seat, language, **OF_THE_EXTRA).startswith(b"%PDF-")


def test_every_language_that_needs_a_font_of_its_own_has_one_in_the_extra() -> None:
    there = set(found_fonts(**OF_THE_EXTRA).families()) - set(found_fonts(**NOTHING_ELSE).families())
    assert len(FAMILIES) == len(PACKAGES)
    assert all(there & set(families) for families in FAMILIES.values())


@pytest.mark.parametrize("language", sorted(set(languages())))
def test_without_any_font_a_letter_is_refused_where_its_language_needs_one(
    world: World, seat: Seat, language: str
) -> None:
    if languages()[language].locale not in FAMILIES:
        assert letter(world, seat, language, **NOTHING_ELSE).startswith(b"%PDF-")
        return
    with pytest.raises(UsageError) as refused:
        letter(world, seat, language, **NOTHING_ELSE)
    assert refused.value.code == "font-missing"


def test_a_letter_with_a_sign_that_no_font_has_is_refused_and_names_it(
    world: World, manager: Visitor, seat: Seat
) -> None:
    manager.send("entry/change", **CHINESE)
    with pytest.raises(UsageError) as refused:
        letter(world, seat, "fr", **NOTHING_ELSE)
    assert refused.value.code == "font-lacks-signs"
    assert "国" in str(refused.value.params["signs"])
    assert letter(world, seat, "fr", **OF_THE_EXTRA).startswith(b"%PDF-")


def test_the_page_hands_the_letter_out_as_a_file(manager: Visitor) -> None:
    answer = manager.get(manager.at("entry/letter"), {"letter": "nomination", "in": "fr"})
    assert answer.content.startswith(b"%PDF-")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="nomination-fr.pdf"'


def test_a_value_in_a_letter_from_right_to_left_keeps_its_own_direction(world: World, seat: Seat) -> None:
    """A telephone number is not turned round, and a name in Arabic is not in a letter in English."""
    assert not any(map(runs_right_to_left, ("+999 555 0100", "24/7", "duty@xc.example", "1440", "")))
    assert all(map(runs_right_to_left, ("مركز الاستجابة", "(مركز) CSIRT")))
    facts = _facts(world.nodes["XC"], seat)
    values = [value for _, *values in _told(facts, LetterKind.CHANGE)["rows"] for value in values]
    assert {"text": "duty", "rtl": False} in values
    assert all(set(value) == {"text", "rtl"} for value in values), "none is left to the direction of the page"


def test_the_date_of_a_letter_in_english_has_the_day_before_the_month() -> None:
    assert format_date(date(2026, 11, 26), "long", locale=world_locale("en")) == "26 November 2026"
