"""What keeps a page from being used: read aloud, mirrored, on a narrow screen, enlarged, by keyboard?

    read_aloud(page) == ["color-contrast: main > p …"]        each check gives sentences, none where nothing is wrong

Invariants: a check leaves the window as it found it, so that the next one may follow; which checks a language gets is
told by its direction alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from liaison.web.languages import Language

AXE = Path(__file__).parents[1] / "interop" / "npm" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Only what is wrong is told in full, and the styles are not fetched once more: half the time of axe-core.
CHECK = """rules => axe.run(document, {runOnly: rules, resultTypes: ['violations'], preload: false}).then(
    found => found.violations.map(each => each.id + ': ' +
    each.nodes.map(node => node.target.join(' ') + ' ' + (node.any[0]?.message || '')).join(' | ')))"""
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# What is cut off or stands outside the window although nothing scrolls there.
OUTSIDE = """() => [...document.querySelectorAll('main *, header *')].filter(each => {
    const box = each.getBoundingClientRect();
    if (!box.width || !box.height || each.closest('.scrolls, .skip, svg, pre, option, select')) return false;
    return box.left < -1 || box.right > document.documentElement.clientWidth + 1;
}).map(each => each.outerHTML.slice(0, 120))"""
# What nobody sees and no key reaches, as the button that a press of Enter means, is no target.
SMALL = """() => [...document.querySelectorAll('a, button, input, select, textarea, summary')].filter(each => {
    const box = each.getBoundingClientRect();
    if (!box.width || each.closest('.skip') || getComputedStyle(each).display === 'inline') return false;
    if (each.getAttribute('aria-hidden') === 'true' && each.tabIndex === -1) return false;
    return box.height < 23.5 && !(each.type === 'checkbox' || each.type === 'radio');
}).map(each => each.outerHTML.slice(0, 120))"""
# A focus that was lost still says where the next stop is sought: only another one moves that to the beginning.
WATCH = """() => {
    document.activeElement.blur();
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute('tabindex');
    window.stops = [];
    document.addEventListener('focusin', event => stops.push(event.target));
}"""
NOT_LEFT = """() => [...document.querySelectorAll('code, .words, time > bdi, pre')].filter(
    each => getComputedStyle(each).direction !== 'ltr' && /[a-z0-9]{6}/.test(each.textContent)
).map(each => each.outerHTML.slice(0, 120))"""


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
    page.evaluate(WATCH)
    for _ in range(12):
        page.keyboard.press("Tab")
    first, stops = page.evaluate("[stops[0]?.className, new Set(stops).size]")
    said = [] if first == "skip" else [f"the first stop is {first!r}, not the way to the content"]
    return said + ([] if stops > 8 else ["the focus stays where it is"])


TO_THE_RIGHT = (read_aloud, narrow, enlarged, by_keyboard)
TO_THE_LEFT = (read_aloud, mirrored, narrow, enlarged, by_keyboard)
CHECKS: Mapping[str, tuple[Callable[[Any], list[str]], ...]] = {"ltr": TO_THE_RIGHT, "rtl": TO_THE_LEFT}


def wrong_with(page: Any, language: Language) -> list[str]:
    """What every check of this language says about the page in the window."""
    tag = page.locator("html").get_attribute("lang")
    said = [] if tag == language.tag else [f"in {tag}, not in {language.tag}"]
    return said + [each for check in CHECKS[language.direction] for each in check(page)]
