"""Can an abuse desk answer many rows in a real browser, on a narrow screen and from right to left too?"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from liaison.web.languages import find_language
from tests.browser.checking import wrong_with
from tests.browser.officers import enter
from tests.browser.serving import served
from tests.feeding import Feeding, feed


def test_rows_are_marked_and_answered_and_the_page_is_for_everybody(page: Any, tmp_path: Path) -> None:
    with Feeding(tmp_path) as feeding, served(feeding.world, "XD") as address:
        feeding.send(feed(*range(1, 61)))
        name = feeding.report("XD").message_id
        desk = enter(feeding.world, "XD", page, address)
        page.goto(f"{desk}reports/")
        page.click("text=blocklist")
        page.check("#m2")
        page.check("#m3")
        page.check("#a-fixed")
        page.fill("#ticket", "RT#4711")
        page.click("text=Send the answer")
        page.wait_for_url("**said=answered")
        assert "RT#4711" in page.text_content("table.cells")
        assert feeding.report("XD").answers == {"fixed": 2}
        for language, width in (("en", 1200), ("ar", 320)):
            desk = enter(feeding.world, "XD", page, address, language=language)
            page.set_viewport_size({"width": width, "height": 900})
            for tail in ("reports/", f"reports/{name}/", "reports/became?side=received"):
                page.goto(desk + tail)
                assert not wrong_with(page, find_language(language)), (language, tail)
                if os.environ.get("SHOTS"):
                    shot = f"{language}-{tail.partition('?')[0].strip('/').replace('/', '-')[:20]}.png"
                    page.screenshot(path=f"{os.environ['SHOTS']}/{shot}", full_page=True)
