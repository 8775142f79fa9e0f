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
