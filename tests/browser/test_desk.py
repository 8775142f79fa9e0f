"""Does the desk's first page stand in a real browser?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.browser.officers import enter
from tests.browser.serving import served
from tests.world import World


def test_an_officer_sees_the_desk_after_an_invitation(page: Any, tmp_path: Path) -> None:
    with World(tmp_path) as world, served(world, "XC") as address:
        enter(world, "XC", page, address)
        assert page.locator("h1").inner_text() == "What needs this desk now"


def test_the_pages_of_a_desk_take_one_line_of_a_telephone_until_they_are_asked_for(page: Any, tmp_path: Path) -> None:
    with World(tmp_path) as world, served(world, "XC") as address:
        page.set_viewport_size({"width": 320, "height": 640})
        enter(world, "XC", page, address)
        assert page.locator("h1").bounding_box()["y"] < 320, "what needs the desk stands in the upper half"
        assert not page.get_by_role("link", name="Write", exact=True).is_visible()
        page.get_by_text("All pages of this desk").click()
        page.get_by_role("link", name="Write", exact=True).click()
        page.wait_for_url("**/write/")
