"""Can exercise control plan, watch and hold up an exercise in a real browser, from right to left too?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from liaison.web.languages import find_language
from tests.browser.checking import wrong_with
from tests.browser.officers import enter
from tests.browser.serving import served
from tests.rehearsing import Rehearsal


@pytest.fixture
def rehearsal(tmp_path: Path) -> Iterator[Rehearsal]:
    found = Rehearsal(tmp_path)
    with found.world:
        found.go_on(60)
        found.acknowledge("XD", "logins")
        found.go_on(60)
        yield found


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_board_and_the_report_are_for_everybody_and_the_exercise_is_held_up_there(
    page: Any, rehearsal: Rehearsal, language: str
) -> None:
    with served(rehearsal.world, "XC") as address:
        base = enter(rehearsal.world, "XC", page, address, language=language) + "exercises/"
        for tail in ("", "plan", "plan?scenario=hospitals", f"{rehearsal.exercise}/report", f"{rehearsal.exercise}/"):
            page.goto(base + tail)
            assert page.locator("html").get_attribute("lang") == language
            assert tail == "" or page.locator("div.exercise").is_visible()
            assert wrong_with(page, find_language(language)) == [], tail
        assert page.locator("section.panel").count() == 6
        page.click("button[value=pause]")
        page.click("button[value=resume]")
        page.click("button[value=end]")
        assert page.locator("button[name=step]").count() == 0
        assert rehearsal.control().state == "ended"


def test_a_plan_is_typed_looked_at_and_made_by_keyboard_and_what_is_wrong_keeps_what_was_typed(
    chromium: Any, rehearsal: Rehearsal
) -> None:
    with served(rehearsal.world, "XC") as address:
        page = chromium.new_context().new_page()  # Its own: what is refused is an error to a browser's console.
        page.goto(enter(rehearsal.world, "XC", page, address) + "exercises/plan?scenario=provider")
        for role, who in (("reporter", "XD"), ("home", "XQ"), ("affected", "XF")):
            page.fill(f"#role-{role}", who)
        page.fill("#begins", "2026-11-30 09:00")
        page.fill("#guidance", "First line.\nSecond line.")
        page.press("#begins", "Enter")
        assert "XQ" in page.locator("[role=alert]").inner_text()
        assert page.locator("#guidance").input_value() == "First line.\nSecond line."
        page.fill("#role-home", "XE")
        page.press("#role-home", "Enter")
        page.click("button[value=plan]")
        page.wait_for_url("**said=exercise-planned")
        rehearsal.world.clock.at = rehearsal.world.clock.at.replace(day=30, hour=9)
        rehearsal.go_on(1)
        assert rehearsal.injects("XD")[-1] == "logins"  # Advice of two lines is carried by every event.
        page.context.close()


@pytest.mark.soak
def test_a_board_that_is_watched_shows_what_comes_without_a_hand(page: Any, rehearsal: Rehearsal) -> None:
    with served(rehearsal.world, "XC") as address:
        page.goto(enter(rehearsal.world, "XC", page, address) + f"exercises/{rehearsal.exercise}/?live=1")
        before = page.locator("td a").count()
        rehearsal.go_on(30)  # The next event is due, and the session, which ends an hour after a look, is not over.
        page.locator("td a").nth(before).wait_for(timeout=30_000)
