"""Is what a guest and their officer see usable by everybody, narrow and from right to left too, without any script?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from liaison.messages.mail.reading import read_mail
from tests.browser.checking import by_keyboard, mirrored, narrow
from tests.browser.officers import enter
from tests.browser.serving import served
from tests.mailing import mailing_world, send
from tests.scenarios.test_mail import ASKS
from tests.web.test_guest import code_in, opened, with_pages


def wrong(page: Any) -> list[str]:
    """What is wrong with a page from right to left, on a narrow screen, or for whoever has a keyboard alone."""
    return [*narrow(page), *mirrored(page), *by_keyboard(page)]


def test_a_guest_reads_and_answers_without_scripts_and_every_page_of_it_is_for_everybody(
    page: Any, chromium: Any, tmp_path: Path
) -> None:
    with mailing_world(tmp_path) as (world, post, _):
        with_pages(world)
        with served(world, "XC") as address:
            case = send(world, fields=ASKS)
            code, reference = code_in(opened(world, case)), read_mail(post.handed[0][2]).tokens[0]
            desk, found = enter(world, "XC", page, address, language="ar"), {}
            for tail in ("mailboxes/", f"cases/{case}/guest", f"cases/{case}/call"):
                page.goto(desk + tail)
                found[tail] = wrong(page)
            context = chromium.new_context(java_script_enabled=False, locale="en-GB")
            try:
                guest = context.new_page()
                guest.goto(f"{address}/guest/")
                guest.fill("#reference", reference)
                guest.fill("#code", code.lower())
                guest.click("main button.main")
                guest.wait_for_url("**/guest/case")
                guest.fill("#text", "We have blocked it.")
                guest.click("text=Send the answer")
                guest.wait_for_url("**/guest/case?said=guest-taken")
                assert guest.locator("text=We have blocked it.").count() == 1
            finally:
                context.close()
            page.goto(f"{address}/guest/")
            found["door"] = wrong(page)
            page.fill("#reference", reference)
            page.fill("#code", code)
            page.click("main button.main")
            page.wait_for_url("**/guest/case")
            found["case"] = wrong(page)
            assert {name: said for name, said in found.items() if said} == {}
