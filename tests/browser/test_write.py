"""Does a real browser write, save by itself, and go the same way without scripts?"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from liaison.node.models import IncomingCopy
from tests.browser.officers import enter
from tests.browser.serving import served
from tests.world import World


def go_on(page: Any) -> None:
    page.click("form[data-saved] button.main[value=next]")


def write_notice(page: Any, base: str) -> None:
    """From the list of forms to what was sent."""
    page.goto(f"{base}write/")
    page.click("button[value=incident-notice]")
    page.fill("#add", "XD")
    page.press("#add", "Enter")
    page.wait_for_selector("input[name=to]", state="attached")
    go_on(page)
    page.check("input[name=stage][value=notification]")
    go_on(page)
    page.fill("#field-title", "Scanning of port 22")
    page.select_option("#field-incident_type", "information-gathering:scanner")
    page.check("input[name='field.expectation'][value=for-information]")
    go_on(page)
    page.set_input_files("#file", {"name": "log.csv", "mimeType": "text/csv", "buffer": b"a,b\n" * 1000})
    page.click("form[enctype] button")
    page.wait_for_selector("text=log.csv")
    page.click("a.button.main")
    page.click("#seen button.main")
    page.wait_for_url("**/write/sent/**")


def test_a_notice_is_written_and_sent_without_any_script(chromium: Any, tmp_path: Path) -> None:
    with World(tmp_path) as world, served(world, "XC") as address:
        context = chromium.new_context(java_script_enabled=False)
        page = context.new_page()
        write_notice(page, enter(world, "XC", page, address))
        assert page.locator("h1").inner_text() == "It has arrived"
        context.close()
        with world.at("XD"):
            assert IncomingCopy.objects.get().attachments.count() == 1


def test_what_is_typed_is_saved_by_itself_and_a_window_that_is_behind_is_told(page: Any, tmp_path: Path) -> None:
    with World(tmp_path) as world, served(world, "XC") as address:
        base = enter(world, "XC", page, address)
        page.goto(f"{base}write/")
        page.click("button[value=incident-notice]")
        text = re.sub(r"/to$", "/text", page.url)
        page.goto(text)
        other = page.context.new_page()
        other.goto(text)
        page.fill("#field-title", "Typed and not sent")
        page.get_by_text("Saved 03:02", exact=True).wait_for()
        other.fill("#field-title", "Typed elsewhere")
        other.wait_for_selector("#saved.failed")
        assert "another window" in other.locator("#saved").inner_text()
        other.close()
        page.goto(text)
        assert page.input_value("#field-title") == "Typed and not sent"


def test_nothing_runs_over_the_edge_of_a_narrow_screen_from_right_to_left(page: Any, tmp_path: Path) -> None:
    with World(tmp_path) as world, served(world, "XC") as address:
        base = enter(world, "XC", page, address, language="ar")
        page.set_viewport_size({"width": 320, "height": 800})
        page.goto(f"{base}write/")
        page.click("button[value=incident-notice]")
        draft = page.url.removesuffix("to")
        page.goto(f"{draft}text")
        page.fill("#field-observables", "2001:db8:1111:2222:3333:4444:5555:6666 51044 tcp 2026-11-22 02:10 x412")
        page.click("form[data-saved] button[value=save]")
        centre = f"{base}centres/{world.desk('XD').participant[:16]}/duty/"
        steps = [f"{draft}{step}" for step in ("form", "to", "how", "text", "files", "check")]
        for url in (f"{base}find/?q=www.example.xd", f"{base}find/?q=10.0.0.1", f"{base}book/", centre, *steps):
            page.goto(url)
            assert page.evaluate("document.documentElement.scrollWidth") <= 320, url


def test_enter_finds_one_thing_and_with_shift_begins_a_list(page: Any, tmp_path: Path) -> None:
    with World(tmp_path) as world, served(world, "XC") as address:
        page.goto(f"{enter(world, 'XC', page, address)}find/")
        page.fill("#q", "www.example.xd")
        page.press("#q", "Enter")
        page.wait_for_url("**/find/?asked=1")
        assert "State XD" in page.locator("main").inner_text()
        page.press("#q", "End")
        page.press("#q", "Shift+Enter")
        page.keyboard.type("www.example.xe")
        page.press("#q", "Enter")
        assert page.input_value("#q").split() == ["www.example.xd", "www.example.xe"]
        assert page.url.endswith("/find/?asked=1"), "a list is sent by its button"
