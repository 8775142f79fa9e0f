"""Do the pages of a norm and of a participant show what others let this desk's participant see, and nothing else?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from liaison.conduct.reports import OWN, PARTICIPANTS, PUBLIC, named
from liaison.officers.permissions import Role
from tests.conduct.examples import answer, report
from tests.conduct.planted import carry, publish
from tests.register.registry import small_register
from tests.web.visiting import plain, visit
from tests.world import World

UN = "un-norms-2015"
CLAUSES = {"named": "norm-a", "other": "norm-b", "participants": "norm-c", "public": "norm-d", "own": "norm-e"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    registry = small_register("XC", "XD", "XE")
    carry(registry, UN)
    ids = registry.ids
    audiences = {"named": named([ids["XC"]]), "other": named([ids["XE"]]), "own": OWN, "public": PUBLIC}
    audiences["participants"] = PARTICIPANTS
    answers = [answer(clause, audiences[name], f"mark-{name}") for name, clause in CLAUSES.items()]
    publish(registry, "XD", report(ids["XD"], *answers, instrument=UN))
    with World(Path(tmp_path_factory.mktemp("reported")), codes=("XC", "XD"), registry=registry) as found:
        yield found


@pytest.mark.parametrize("role", [Role.OFFICER, Role.AUDITOR])
def test_a_participants_page_shows_its_reports_as_far_as_they_are_for_us(world: World, role: Role) -> None:
    page = plain(visit(world, "XC", role).see(f"conduct/participants/{world.registry.ids['XD']}/"))
    assert {name for name in CLAUSES if f"mark-{name}" in page} == {"named", "participants", "public"}
    assert "Parts of it are for others" in page and "Africa/Nairobi" in page


def test_the_page_of_a_norm_shows_who_lets_us_see_what_was_done_about_it(world: World) -> None:
    for name, clause in CLAUSES.items():
        page = plain(visit(world, "XC").see(f"conduct/texts/{UN}/norms/{clause}/"))
        sees = {name} & {"named", "participants", "public"}
        assert {each for each in CLAUSES if f"mark-{each}" in page} == sees, name
        assert ("What participants show us" in page) == bool(sees)


def test_a_text_is_shown_in_the_language_of_the_reader_and_marked(world: World) -> None:
    page = visit(world, "XC").get(f"{visit(world, 'XC').base}conduct/texts/{UN}/norms/norm-d/").content.decode()
    assert '<bdi dir="auto" lang="en">mark-public law</bdi>' in page and "mark-public loi" not in page
