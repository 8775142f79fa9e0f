"""Can officers arrange who answers, and does the second one take what the first did not, in a real browser?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from liaison.officers.permissions import Role
from tests.browser.checking import narrow
from tests.browser.officers import enter
from tests.browser.serving import served
from tests.node.duty.desk import Stage, staffed
from tests.world import World


def make_layer(page: Any, desk: str, world: World) -> None:
    """Ada, then Bo, a day each, Ada's from this morning on."""
    page.goto(f"{desk}duty/")
    page.click("text=The rota and its holidays")
    page.fill("#name", "Nights")
    page.select_option("#zone", "Africa/Nairobi")
    page.fill("#first_day", f"{world.clock.now():%Y-%m-%d}")
    page.fill("#handover", "06:00")
    page.check("[name=rhythm][value=daily]")
    page.get_by_label("Ada", exact=True).fill("1")
    page.get_by_label("Bo", exact=True).fill("2")
    page.click("text=Keep the layer")


def main(page: Any) -> str:
    return re.sub(r"\s+", " ", page.locator("main").inner_text())


def test_two_officers_make_a_rota_swap_a_shift_and_see_who_answers_now(
    chromium: Any, page: Any, tmp_path: Path
) -> None:
    with World(tmp_path, codes=("XC",)) as world, served(world, "XC") as address:
        other = chromium.new_context(locale="en-GB", timezone_id="Africa/Nairobi", java_script_enabled=False).new_page()
        ada = enter(world, "XC", page, address, name="Ada")
        bo = enter(world, "XC", other, address, Role.OFFICER, name="Bo")
        make_layer(page, ada, world)
        assert "The layer is kept" in main(page)
        page.goto(f"{ada}duty/")
        assert re.search(r"Who answers now you since", main(page))
        page.click("text=Away, somebody else, swap")
        page.locator("form[action$='duty/swap']").get_by_role("button", name="Ask").click()
        assert "You asked Bo to swap" in main(page)
        other.goto(f"{bo}duty/")
        assert "Ada asks you to swap" in main(other)
        other.click("text=Agree")
        assert "The two shifts are swapped" in other.get_by_role("status").first.inner_text()
        page.goto(ada)
        assert re.search(r"On duty now: Bo until", main(page))
        other.goto(bo)
        assert re.search(r"On duty now: you until", main(other))
        other.context.close()


@contextmanager
def told_twice(folder: Path) -> Iterator[tuple[Stage, str, str]]:
    """An emergency that the first officer did not take: the stage, the address, and the link the second one got."""
    with staffed(folder, "ada") as stage, served(stage.world, "XD") as address:
        stage.receive("emergency")
        stage.run()
        stage.hire("bo")
        stage.run(minutes=6)
        (link,) = [each.notice.link for each in stage.phones.rung if each.address == "bo"]
        yield stage, address, link.removeprefix("https://xd.example:9443")


def test_the_second_officer_takes_it_by_the_link_in_the_mail_without_scripts_in_arabic_on_a_telephone(
    chromium: Any, tmp_path: Path
) -> None:
    with told_twice(tmp_path) as (stage, address, link):
        assert stage.told() == ["ada", "ada", "bo"]
        window = chromium.new_context(locale="ar", java_script_enabled=False).new_page()
        window.set_viewport_size({"width": 320, "height": 640})
        window.goto(f"{address}{link}")
        assert window.locator("html").get_attribute("dir") == "rtl"
        assert stage.escalation().state == "waiting"
        box = window.locator("main button").bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 320
        window.click("main button")
        assert stage.escalation().state == "held"
        assert window.locator("main button").count() == 0
        stage.run(minutes=10)
        assert stage.told() == ["ada", "ada", "bo"]
        window.context.close()


def test_pages_of_duty_and_escalation_fit_a_telephone_from_right_to_left(page: Any, tmp_path: Path) -> None:
    with told_twice(tmp_path) as (stage, address, link):
        desk = enter(stage.world, "XD", page, address, language="ar")
        case = stage.escalation().case
        for path in (
            f"{desk}duty/",
            f"{desk}duty/rota",
            f"{desk}duty/change",
            f"{desk}administration/escalation?simulate=urgent&at=2026-11-29T03:00&change=urgent",
            f"{desk}cases/{case}/",
            f"{address}/account/reached",
            f"{address}{link}",
        ):
            page.goto(path)
            assert page.locator("html").get_attribute("dir") == "rtl"
            page.eval_on_selector_all("details", "all => all.forEach(each => each.open = true)")
            assert narrow(page) == [], path
