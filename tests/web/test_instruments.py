"""Does an officer see which texts there are, how each stands on a day, and what binds the two sides?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from liaison.officers.permissions import Role
from tests.node.cooperation.dossier import central_register
from tests.web.visiting import Visitor, plain, visit
from tests.world import World


@pytest.fixture(scope="module")
def visitor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    folder = Path(tmp_path_factory.mktemp("instruments"))
    with World(folder, codes=("XC", "XD"), registry=central_register("XC", "XD")) as world:
        yield visit(world, "XC", Role.AUDITOR)


def test_the_list_says_how_each_text_stands_on_a_day(visitor: Visitor) -> None:
    page = plain(visitor.see("instruments/", on="2003-01-01"))
    assert "Convention on Cybercrime" in page and "Not in force" in page and "Not carried" in page
    assert "since 1 Jul 2004" in plain(visitor.see("instruments/", on="2020-01-01"))


def test_a_day_that_is_none_is_refused_and_says_how_one_is_typed(visitor: Visitor) -> None:
    for text in ("yesterday", "2026-02-30", "0001-01-01", "9999-12-31"):
        assert "Type a day as 2026-12-31" in visitor.see("instruments/", on=text, status=400)


def test_a_text_shows_its_clauses_its_source_and_that_nobody_compared_it(visitor: Visitor) -> None:
    page = plain(visitor.see("instruments/budapest-2001/"))
    assert "Article 29" in page and "Expedited preservation" in page and "Council of Europe" in page
    assert "nobody has compared with the official text yet" in page
    visitor.see("instruments/no-such-text/", status=404)


def test_what_binds_two_sides_is_told_with_the_reason_where_nothing_does(visitor: Visitor) -> None:
    page = visitor.see("instruments/between")
    other = page.partition('<option dir="auto" value="')[2].partition('"')[0]
    told = plain(visitor.get(visitor.at("instruments/between"), {"with": other}).content.decode())
    assert "Courtesy only" in told and "Why it does not bind: it binds neither side." in told
    own = visitor.base.split("/")[2].split(".")[0]
    assert own not in page.partition("<main")[2].partition("<select")[2].partition("</select>")[0]
