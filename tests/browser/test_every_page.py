"""Is every page usable by everybody: read aloud, mirrored, on a narrow screen, enlarged, by keyboard?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from liaison.node import homes
from liaison.node.config import Config
from tests.browser.officers import enter
from tests.browser.serving import served
from tests.browser.walking import kind_of, walk
from tests.world import World

AXE = Path(__file__).parents[1] / "interop" / "npm" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
CHECK = """rules => axe.run(document, {runOnly: rules}).then(found => found.violations.map(each =>
    each.id + ': ' + each.nodes.map(node => node.target.join(' ') + ' ' + (node.any[0]?.message || '')).join(' | ')))"""
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# What is cut off or stands outside the window although nothing scrolls there.
OUTSIDE = """() => [...document.querySelectorAll('main *, header *')].filter(each => {
    const box = each.getBoundingClientRect();
    if (!box.width || !box.height || each.closest('.scrolls, .skip, svg, pre, option, select')) return false;
    return box.left < -1 || box.right > document.documentElement.clientWidth + 1;
}).map(each => each.outerHTML.slice(0, 120))"""
SMALL = """() => [...document.querySelectorAll('a, button, input, select, textarea, summary')].filter(each => {
    const box = each.getBoundingClientRect();
    if (!box.width || each.closest('.skip') || getComputedStyle(each).display === 'inline') return false;
    return box.height < 23.5 && !(each.type === 'checkbox' || each.type === 'radio');
}).map(each => each.outerHTML.slice(0, 120))"""
NOT_LEFT = """() => [...document.querySelectorAll('code, .words, time > bdi, pre')].filter(
    each => getComputedStyle(each).direction !== 'ltr' && /[a-z0-9]{6}/.test(each.textContent)
).map(each => each.outerHTML.slice(0, 120))"""


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


def read_aloud(page: Any) -> list[str]:
    """What keeps a page from being read aloud and told apart: the rules of WCAG 2.2 AA that a program can check."""
    if not AXE.exists():
        pytest.skip("part missing: npm")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    said: list[str] = page.evaluate(CHECK, RULES)
    return said


def narrow(page: Any) -> list[str]:
    """What does not fit 320 pixels, or is too small for a finger there."""
    page.set_viewport_size({"width": 320, "height": 640})
    wider = page.evaluate(WIDER)
    said = ([f"{wider} pixels wider than 320"] if wider > 0 else []) + page.evaluate(OUTSIDE) + page.evaluate(SMALL)
    page.set_viewport_size({"width": 1280, "height": 900})
    return said


def enlarged(page: Any) -> list[str]:
    """What does not fit when the text is twice as large."""
    page.evaluate("document.documentElement.style.setProperty('font-size', '200%')")
    wider = page.evaluate(WIDER)
    page.evaluate("document.documentElement.style.removeProperty('font-size')")
    return [f"{wider} pixels wider with text twice as large"] if wider > 0 else []


def mirrored(page: Any) -> list[str]:
    """What is not as a reader from right to left wants it."""
    said = list(page.evaluate(OUTSIDE)) + list(page.evaluate(NOT_LEFT))
    mark, end = (page.locator(each).first.bounding_box() for each in (".mark", ".end"))
    said += [] if mark["x"] > end["x"] else ["the header is not mirrored"]
    return said + ([] if page.evaluate("document.documentElement.dir") == "rtl" else ["not from right to left"])


def by_keyboard(page: Any) -> list[str]:
    """Whether the first stop of the keyboard is the way to the content, and the focus then moves on."""
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Tab")
    first = page.evaluate("document.activeElement.className")
    stops = set()
    for _ in range(12):
        page.keyboard.press("Tab")
        stops.add(page.evaluate("[...document.querySelectorAll('*')].indexOf(document.activeElement)"))
    said = [] if first == "skip" else [f"the first stop is {first!r}, not the way to the content"]
    return said + ([] if len(stops) > 8 else ["the focus stays where it is"])


CHECKS = {
    "en": (read_aloud, narrow, enlarged, by_keyboard),
    "ar": (read_aloud, mirrored, narrow),
}


@pytest.mark.parametrize("language", sorted(CHECKS))
def test_every_page_is_for_everybody(page: Any, world: World, address: str, language: str) -> None:
    base = enter(world, "XC", page, address, language=language)
    found = {}
    for visited, status in walk(page, base):
        said = [] if status == 200 else [f"answered {status}"]
        for check in CHECKS[language] if status == 200 else ():
            said += check(page)
        if said:
            found[kind_of(visited)] = said
    assert found == {}


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
