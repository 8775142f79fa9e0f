"""Can an officer find help, introduce and note a norm in a real browser, narrow and from right to left too?"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from liaison.node.models import Case
from liaison.web.languages import find_language
from tests.browser.checking import wrong_with
from tests.browser.officers import enter
from tests.browser.serving import served
from tests.node.conduct import reported
from tests.world import World

ONE_ROW = 60
"""Pixels that the rooms of the header take at most while they stand in one row."""
PAGES = ("conduct/help/", "conduct/practices/", "conduct/cases/")


def test_help_is_found_introduced_and_for_everybody(page: Any, tmp_path: Path) -> None:
    with World(tmp_path, registry=reported.helping_register()) as world, served(world, "XC") as address:
        desk = enter(world, "XC", page, address)
        page.goto(f"{desk}conduct/")
        page.click("main >> text=Help sought and offered")
        assert reported.OFFERS in page.text_content("main")
        page.click("text=Write an introduction")
        page.wait_for_url("**/write/*/text")
        assert page.input_value("#field-quoted") == reported.OFFERS
        page.goto(page.url.replace("/text", "/check"))
        page.click("main button.main")
        page.wait_for_url("**/write/sent/**")
        world.work()
        with world.at("XD"):
            case = Case.objects.get(form="help-introduction").case
        page.goto(f"{desk}conduct/cases/{case}")
        page.select_option("#norm", "budapest-2001 art-29")
        page.click("text=Note it")
        page.wait_for_url("**said=norm-noted")
        for language, width in (("en", 1200), ("ar", 320)):
            desk = enter(world, "XC", page, address, language=language)
            for tail in (*PAGES, f"conduct/cases/{case}"):
                page.set_viewport_size({"width": width, "height": 900})
                page.goto(desk + tail)
                if language == "en":
                    assert page.locator(".rooms > ul").bounding_box()["height"] < ONE_ROW, "the header wraps"
                assert not wrong_with(page, find_language(language)), (language, tail)
                if os.environ.get("SHOTS"):
                    shot = f"{language}-{tail.strip('/').replace('/', '-')[:24]}.png"
                    page.screenshot(path=f"{os.environ['SHOTS']}/{shot}", full_page=True)
