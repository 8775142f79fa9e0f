"""Do two colleagues write one answer at once in real browsers, in Chinese and in Arabic, and find both texts there?"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from liaison.node.services.conduct.own.drafting import begin_report
from liaison.web.languages import find_language
from tests.browser.checking import wrong_with
from tests.browser.officers import enter
from tests.browser.serving import served
from tests.world import World

WIDTHS = (1200, 320)
CLAUSE = "conduct/own/1/clauses/art-29/"


def look(page: Any, address: str, language: str, name: str) -> None:
    """A page is for everybody, wide and narrow."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(address)
        if os.environ.get("SHOTS"):
            page.screenshot(path=f"{os.environ['SHOTS']}/{name}-{language}-{width}.png", full_page=True)
        assert not wrong_with(page, find_language(language)), (language, name, width)
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})


def test_two_who_type_at_once_are_both_saved_by_themselves_and_one_puts_the_texts_together(
    page: Any, chromium: Any, tmp_path: Path
) -> None:
    with World(tmp_path) as world, served(world, "XC") as address:
        begin_report(world.nodes["XC"], world.register, world.desk("XC"), "budapest-2001", 2026, officer=1)
        base = enter(world, "XC", page, address, language="zh-hans", name="Wei")
        context = chromium.new_context()
        other = context.new_page()
        there = enter(world, "XC", other, address, language="ar", name="Amal")
        page.goto(base + CLAUSE)
        other.goto(there + CLAUSE)
        page.select_option("#measure-1-kind", "law")
        page.fill("#measure-1-text-1", "Wei wrote this")
        page.locator("#saved", has_text="03:02").wait_for()
        other.select_option("#measure-1-kind", "practice")
        other.fill("#measure-1-text-1", "Amal wrote that")
        other.locator("#saved", has_text="03:02").wait_for()
        page.fill("#measure-1-text-1", "Wei wrote this and went on")
        page.click("main form[data-saved] button[value=save]")
        other.click("main form[data-saved] button[value=save]")
        other.wait_for_url("**/both?said=report-both-kept")
        told = other.locator("main").inner_text()
        assert "Wei wrote this and went on" in told and "Amal wrote that" in told
        other.click("main section a.button.main")
        other.fill("#measure-1-text-1", "Amal wrote that, Wei wrote this")
        other.check("input[name=audience][value=public]")
        other.check("input[name=mark][value=done]")
        other.click("main form[data-saved] button[value=list]")
        other.goto(f"{there}conduct/own/1/check")
        assert "Amal wrote that, Wei wrote this" in other.locator("main").inner_text()
        for tail, name in (
            ("", "tasks"),
            ("clauses/art-29/", "answer"),
            ("check", "check"),
            ("difference", "difference"),
        ):
            look(other, f"{there}conduct/own/1/{tail}", "ar", name)
        look(page, f"{base}conduct/own/", "zh-hans", "years")
        context.close()


def test_without_scripts_an_answer_is_saved_and_both_texts_are_shown(chromium: Any, tmp_path: Path) -> None:
    with World(tmp_path) as world, served(world, "XC") as address:
        begin_report(world.nodes["XC"], world.register, world.desk("XC"), "budapest-2001", 2026, officer=1)
        context = chromium.new_context(java_script_enabled=False)
        one, two = context.new_page(), context.new_page()
        base = enter(world, "XC", one, address)
        for page in (one, two):
            page.goto(base + CLAUSE)
        for page, text in ((one, "first"), (two, "second")):
            page.select_option("#measure-1-kind", "law")
            page.fill("#measure-1-text-1", f"The {text} text")
            page.click("main form[data-saved] button[value=save]")
        told = two.locator("main").inner_text()
        assert "The first text" in told and "The second text" in told
        signed_in = chromium.new_context(storage_state=context.storage_state())  # The checks themselves are scripts.
        look(signed_in.new_page(), f"{base}{CLAUSE}both", "en", "both")
        signed_in.close()
        context.close()
