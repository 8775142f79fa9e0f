"""Does a provider propose to adopt a code for its networks in a real browser, in Arabic, with pages for everybody?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from liaison.node.reads.instruments.proposed import open_proposals
from liaison.register.vocabulary import Act
from tests.browser.officers import enter
from tests.browser.serving import served
from tests.browser.test_requests import look
from tests.conduct.codes import adopt, providers
from tests.world import World

MANRS = "manrs-operators"


def test_a_provider_proposes_to_adopt_a_code_for_its_networks_in_arabic(page: Any, tmp_path: Path) -> None:
    registry = providers("gcsc-2019", MANRS, rehearsal=False)
    adopt(registry, "XQ", MANRS, Act.ADOPTION_WITH_RESERVATION, clauses=("action-2",), networks=(64500,))
    adopt(registry, "XP", MANRS, on="2025-01-01", networks=(64496, 64511))
    with World(tmp_path, codes=("XP",), registry=registry) as world, served(world, "XP") as address:
        here = enter(world, "XP", page, address, language="ar")
        page.goto(f"{here}conduct/")
        page.click(f"main a[href*='texts/{MANRS}/']")
        page.click("main a.button.main")
        page.check("[name='act'][value='adoption']")
        page.fill("#networks", "AS64496, AS64497")
        page.fill("#said", "ابتداء من اليوم")
        page.click("main form button.main")
        page.wait_for_url("**/instruments/stands?said=stand-proposed")
        (made,) = open_proposals(world.nodes["XP"], world.register, world.desk("XP"))
        assert (made.stand.act, made.stand.networks) == (Act.ADOPTION, (64496, 64497))
        assert made.stand.said is not None and made.stand.said.lang == "ar"
        look(page, f"{here}conduct/texts/{MANRS}/stand", "ar", "stand")
        look(page, f"{here}instruments/stands", "ar", "stands")
        look(page, f"{here}conduct/participants/{registry.ids['XP']}/", "ar", "participant")
