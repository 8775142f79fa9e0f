"""Does the page of a participant show its latest report on each text, and those of other years when asked?"""

from __future__ import annotations

from pathlib import Path

from liaison.register.bodies import ImplementationReported
from tests.node.conduct import reported
from tests.register.registry import RegisterBuilder, small_register
from tests.web.visiting import Visitor, plain, visit
from tests.world import World

OTHER = "gcsc-2019"


def two_years() -> RegisterBuilder:
    """XD reported on two texts, on one of them for two years."""
    registry = reported.carrying(reported.carrying(small_register("XC", "XD")), OTHER, ("norm-1",))
    for year in (2025, 2026):
        reported.says(registry, "XD", reported.answer(measures=[reported.practice(f"Done in {year}")]), year=year)
    other = reported.answer("norm-1", measures=[reported.practice("Done about the other text")])
    reported.says(registry, "XD", other, year=2025, text=OTHER)
    return registry


def page_of(visitor: Visitor, participant: str, year: str = "") -> str:
    return plain(visitor.see(f"conduct/participants/{participant}/", year=year))


def test_the_latest_report_on_each_text_is_shown_and_other_years_when_asked(tmp_path: Path) -> None:
    registry = two_years()
    with World(tmp_path, codes=("XC",), registry=registry) as world:
        visitor, xd = visit(world, "XC"), registry.ids["XD"]
        for year in ("", "1999", "x"):
            latest = page_of(visitor, xd, year)
            assert "Done in 2026" in latest and "Done about the other text" in latest and "Done in 2025" not in latest
        assert 'href="?year=2025"' in visitor.see(f"conduct/participants/{xd}/")
        before = page_of(visitor, xd, "2025")
        assert "Done in 2025" in before and "Done about the other text" in before and "Done in 2026" not in before


def test_a_report_that_was_withdrawn_is_shown_as_such_beside_the_latest_that_stands(tmp_path: Path) -> None:
    registry = two_years()
    registry.by_node(ImplementationReported(reported.NORMS, 2026, 2, (), withdrawn=True), "XD")
    with World(tmp_path, codes=("XC",), registry=registry) as world:
        page = page_of(visit(world, "XC"), registry.ids["XD"])
        assert "Withdrawn" in page and "Done in 2025" in page and "Done in 2026" not in page
