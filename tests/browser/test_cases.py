"""Can a duty officer acknowledge and answer by keyboard and without scripts, and does a case fit a narrow screen?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from liaison.exchange.documents import encode_document
from liaison.exchange.values import Format
from tests.browser.officers import enter
from tests.browser.serving import served
from tests.exchange.reports import SCAN, report
from tests.web.test_cases import ask, attached, real

WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def test_a_notice_is_acknowledged_by_keyboard_alone(page: Any, tmp_path: Path) -> None:
    with real(tmp_path) as world, served(world, "XD") as address:
        ask(world, urgency="emergency")
        enter(world, "XD", page, address)
        page.locator("#main").focus()
        for _ in range(3):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.innerText") == "Acknowledge":
                break
        page.keyboard.press("Enter")
        page.wait_for_url("**said=acknowledged")
        assert "has been acknowledged" in page.locator("main").inner_text()


def test_pages_of_a_case_fit_a_narrow_screen_from_right_to_left(page: Any, tmp_path: Path) -> None:
    with real(tmp_path) as world, served(world, "XD") as address:
        document = encode_document(Format.MISP, report(SCAN)).data
        case = attached(world, "a-rather-long-name-of-a-file-without-any-space-in-it.json", document)
        desk = enter(world, "XD", page, address, language="ar")
        page.set_viewport_size({"width": 320, "height": 700})
        for tail in ("", "cases/", f"cases/{case}/", f"cases/{case}/say/reply", f"cases/{case}/transcript", "year/"):
            page.goto(desk + tail)
            assert page.locator("html").get_attribute("dir") == "rtl"
            assert not page.evaluate(WIDER), tail
        page.goto(f"{desk}cases/{case}/")
        page.locator("a[href$='/indicators']").click()
        assert "192.0.2.10" in page.locator("main").inner_text()
        assert not page.evaluate(WIDER)


def test_a_reply_is_sent_with_scripts_off(chromium: Any, tmp_path: Path) -> None:
    with real(tmp_path) as world, served(world, "XD") as address:
        case = ask(world)
        window = chromium.new_context(java_script_enabled=False).new_page()
        desk = enter(world, "XD", window, address)
        window.goto(f"{desk}cases/{case}/say/reply")
        window.get_by_label("Accepted", exact=True).check()
        window.get_by_role("button", name="Send", exact=True).click()
        assert "Sent." in window.get_by_role("status").first.inner_text()
        window.context.close()


def test_the_keyboard_goes_on_at_what_has_to_be_put_right(chromium: Any, tmp_path: Path) -> None:
    with real(tmp_path) as world, served(world, "XD") as address:
        case = ask(world)
        window = chromium.new_context().new_page()
        desk = enter(world, "XD", window, address)
        window.goto(f"{desk}cases/{case}/say/reply")
        window.get_by_role("button", name="Send", exact=True).click()
        assert window.evaluate("document.activeElement.id") == "errors"
        window.keyboard.press("Tab")
        window.keyboard.press("Enter")
        assert window.evaluate("location.hash") == "#field-answer"
        window.context.close()
