"""Do two central authorities get from preservation to a longer one in real browsers, in Arabic and in French?"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from liaison.web.languages import find_language
from tests.browser.checking import wrong_with
from tests.browser.officers import enter
from tests.browser.serving import served
from tests.node.cooperation.dossier import Dossier

WIDTHS = (1200, 320)


def look(page: Any, address: str, language: str, name: str) -> None:
    """A page is for everybody, wide and narrow."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(address)
        if os.environ.get("SHOTS"):
            page.screenshot(path=f"{os.environ['SHOTS']}/{name}-{language}-{width}.png", full_page=True)
        assert not wrong_with(page, find_language(language)), (language, name, width)
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})


def take(page: Any, link: str, **chosen: str) -> None:
    """Take a step: its link, its form, the last look, the press that sends it."""
    page.click(f"main a[href*='{link}']")
    for name, value in chosen.items():
        field = page.locator(f"[name='field.{name}']").first
        kind, tag = field.get_attribute("type"), field.evaluate("each => each.tagName")
        if kind == "radio":
            page.check(f"[name='field.{name}'][value='{value}']")
        elif tag == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    page.click("main form button.main")
    page.click("main button[value='send']")
    page.wait_for_url("**/?said=sent")


def test_data_are_preserved_and_kept_longer_one_side_in_arabic_and_one_in_french(page: Any, tmp_path: Path) -> None:
    dossier = Dossier(tmp_path)
    with dossier.world as world, served(world, "XC") as ours, served(world, "XD") as theirs:
        root = dossier.ask(urgency="urgent")
        there = enter(world, "XD", page, theirs, language="ar")
        look(page, f"{there}requests/", "ar", "list")
        page.click("main .head a")
        take(page, "decision=accepted&field.execution=not-begun")
        world.work()
        assert dossier.state("XC", root) == "accepted"
        world.advance(minutes=1)
        page.goto(f"{there}requests/{root}/")
        take(page, "executed&field.last=yes", secured="all")
        world.work()
        here = enter(world, "XC", page, ours, language="fr")
        look(page, f"{here}requests/{root}/", "fr", "request")
        look(page, f"{here}requests/dates", "fr", "dates")
        before = dossier.request("XC", root).clocks
        world.advance(minutes=1)
        page.goto(f"{here}requests/{root}/")
        said = {"basis": "courtesy", "extension_reason": "Le tribunal n'a pas statué.", "assistance_intended": "yes"}
        take(page, "say/preservation-extension", **said)
        world.work()
        world.advance(minutes=1)
        (more,) = {each.root for each in dossier.list("XD")} - {root}
        there = enter(world, "XD", page, theirs, language="ar")
        page.goto(f"{there}requests/{more}/")
        take(page, "executed&field.last=yes", secured="all")
        world.work()
        look(page, f"{there}requests/{root}/", "ar", "request")
        assert dossier.state("XC", root) == dossier.state("XD", root) == "extended"
        kept = [each.clock.due.at for each in dossier.request("XC", root).clocks if each.clock.lapses]
        assert kept > [each.clock.due.at for each in before if each.clock.lapses]
        for name in ("instruments/", "instruments/un-cybercrime-2024/", "instruments/between", "requests/spoken"):
            look(page, there + name, "ar", name.strip("/").replace("/", "-"))
        english = enter(world, "XD", page, theirs, language="en")
        look(page, f"{english}requests/{root}/", "en", "request")
        look(page, f"{english}requests/", "en", "list")
