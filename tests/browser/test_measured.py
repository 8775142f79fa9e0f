"""Does a provider dispute a measurement in a real browser in Arabic, and does whoever measured review it in Chinese?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.browser.officers import enter
from tests.browser.serving import served
from tests.browser.test_requests import look
from tests.node.conduct.networks import Networks


def test_a_measurement_is_disputed_in_arabic_and_corrected_in_chinese(page: Any, tmp_path: Path) -> None:
    networks = Networks(tmp_path)
    with networks.world as world, served(world, "XC") as ours, served(world, "XD") as theirs:
        networks.tell()
        there = enter(world, "XD", page, theirs, language="ar", desk="noc")
        look(page, f"{there}conduct/measured/?side=own", "ar", "measured")
        page.click("main th a")
        page.check("[name='ground'][value='data-old']")
        page.fill("[name='statement']", "أعدنا هذه البادئة في أيار.")
        page.click("form[action='dispute'] button")
        page.wait_for_url("**/?said=sent")
        world.work()
        here = enter(world, "XC", page, ours, language="zh-hans")
        look(page, f"{here}conduct/measured/", "zh-hans", "measuring")
        number = networks.find("XC").number
        look(page, f"{here}conduct/measured/{number}/", "zh-hans", "measurement")
        page.check("[name='result'][value='corrected']")
        page.fill("[name='invalid']", "0")
        page.fill("[name='reason']", "采集器重放了旧表。")
        page.click("form[action='review'] button")
        page.wait_for_url("**/?said=sent")
        world.work()
        assert networks.states() == ("corrected", "corrected")
        assert networks.find("XD").evidence.counts["invalid"] == 0
