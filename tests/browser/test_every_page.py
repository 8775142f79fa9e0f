"""Is every page usable by everybody, in every language: read aloud, mirrored, narrow, enlarged, by keyboard?

English and Arabic on every page, the others on the six pages where an officer's work is; `make soak` takes every page
in every language.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from liaison.node import homes
from liaison.node.config import Config
from liaison.node.models import OutgoingMessage
from liaison.web.languages import find_language, languages
from tests.browser.checking import by_keyboard, mirrored, narrow, read_aloud, wrong_with
from tests.browser.officers import enter
from tests.browser.serving import served
from tests.browser.walking import kind_of, walk
from tests.world import World

EVERY_PAGE = ("ar", "en")
OTHERS = sorted(set(languages()) - set(EVERY_PAGE))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Three States with a case each way, one acknowledged."""
    with World(tmp_path_factory.mktemp("pages")) as found:
        found.send("XC", "XD")
        found.send("XD", "XC", urgency="urgent")
        node = found.nodes["XC"]  # The page of its health looks at the home as the doctor does.
        homes.create_folders(node.home)
        homes.write_config(node.home, Config())
        homes.write_credential(node.home / "credential", b"0" * 32)
        yield found


@pytest.fixture(scope="module")
def address(world: World) -> Iterator[str]:
    with served(world, "XC") as found:
        yield found


def main_pages(world: World) -> Iterator[str]:
    """What an officer opens in an ordinary night: the desk, find, a contact centre, a form, a case, the register."""
    other = world.desk("XD").participant
    with world.at("XC"):
        case = OutgoingMessage.objects.values_list("case", flat=True).first()
    yield from ("", "find/?q=XD", f"centres/{other}/duty/", "write/", f"cases/{case}/", "register/")


@pytest.mark.parametrize("language", EVERY_PAGE)
def test_every_page_is_for_everybody(page: Any, world: World, address: str, language: str) -> None:
    assert wrong_pages(page, world, address, language) == {}


def test_the_main_pages_are_for_everybody_in_the_other_languages(page: Any, world: World, address: str) -> None:
    base = enter(world, "XC", page, address)
    found = {}
    for language in OTHERS:
        page.select_option("#language", language)
        page.click("form[action='/language'] button")
        for tail in main_pages(world):
            assert page.goto(base + tail).status == 200, tail
            if said := wrong_with(page, find_language(language)):
                found[language, tail] = said
    assert found == {}


@pytest.mark.soak
@pytest.mark.parametrize("language", OTHERS)
def test_every_page_is_for_everybody_in_the_other_languages(
    page: Any, world: World, address: str, language: str
) -> None:
    assert wrong_pages(page, world, address, language) == {}


def wrong_pages(page: Any, world: World, address: str, language: str) -> dict[str, list[str]]:
    """What is wrong with one page of each kind."""
    base = enter(world, "XC", page, address, language=language)
    found = {}
    for visited, status in walk(page, base):
        said = wrong_with(page, find_language(language)) if status == 200 else [f"answered {status}"]
        if said:
            found[kind_of(visited)] = said
    return found


def test_the_checks_find_what_is_planted(page: Any) -> None:
    page.set_content(
        "<html lang=en dir=ltr><title>x</title><div class=mark>m</div><p class=end>e</p><main>"
        "<img src='data:,'><p style='color:#999;background:#fff'>pale</p>"
        "<button style='width:900px;height:10px'>b</button></main>"
    )
    assert {said.partition(":")[0] for said in read_aloud(page)} >= {"image-alt", "color-contrast"}
    assert len(narrow(page)) >= 2
    assert "not from right to left" in mirrored(page)
    assert by_keyboard(page) != []
