"""Does every page of the node let in exactly whom it should: every role, other participants, strangers?

The walk is over all of `web/urls.py`; `tests/web/pages.py` says by hand who may ask for what.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from liaison.node import homes
from liaison.node.config import Config
from liaison.officers.permissions import MAY, Action, Role
from tests.mirrored import seed_node
from tests.web.pages import ANYONE, PAGES, address, patterns
from tests.web.visiting import Visitor, visit_desk
from tests.world import World

DESKS = {name: page for name, page in PAGES.items() if isinstance(page.who, Action)}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One node that serves XC and XD."""
    with World(Path(tmp_path_factory.mktemp("walls")), codes=("XC", "XD")) as world:
        node = world.nodes["XC"]
        seed_node(node, world.registry, "XC", "XD")
        homes.create_folders(node.home)
        homes.write_config(node.home, Config())
        homes.write_credential(node.home / "credential", b"0" * 32)
        yield world


@pytest.fixture(scope="module")
def officers(shared: World) -> dict[str, Visitor]:
    """One officer of XC for each role, and one of XD with every role; officer 1 is who things are done to."""
    node, here, there = shared.nodes["XC"], shared.desk("XC"), shared.desk("XD")
    assert visit_desk(node, shared.register, here, Role.AUDITOR).officer == 1
    found = {role.value: visit_desk(node, shared.register, here, role) for role in Role}
    return found | {"elsewhere": visit_desk(node, shared.register, there, *Role)}


def answers(visitor: Visitor, name: str, base: str) -> list[Any]:
    path = address(name, base)
    return [visitor.get(path), visitor.post(path)]


def refused(statuses: list[int], status: int) -> bool:
    """Whether every answer is this refusal, or that the page does not take such requests at all."""
    return set(statuses) in ({status}, {status, 405})


def test_every_page_is_in_the_table_and_nothing_else() -> None:
    names = [each.name for _, each in patterns()]
    assert sorted(names) == sorted(PAGES)


def test_no_page_has_the_address_of_another() -> None:
    paths = [path for path, _ in patterns()]
    assert [path for path in paths if paths.count(path) > 1] == []


def test_the_pages_themselves_ask_for_the_action_of_the_table() -> None:
    for path, each in patterns():
        page = PAGES[each.name]
        assert getattr(each.callback, "asks_again", False) == page.again, path
        if isinstance(page.who, Action):
            assert getattr(each.callback, "action", None) == page.who, path
            assert path.startswith("d/<str:seat>/"), path


@pytest.mark.parametrize("name", sorted(DESKS))
def test_a_desks_page_lets_in_the_roles_that_may_and_nobody_else(
    shared: World, officers: dict[str, Visitor], name: str
) -> None:
    base, page = officers[Role.OFFICER.value].base, DESKS[name]
    for role in Role:
        statuses = [answer.status_code for answer in answers(officers[role.value], name, base)]
        if page.who in MAY[role]:
            assert 403 not in statuses, (role, statuses)
            assert not {500, 501} & set(statuses)
        else:
            assert refused(statuses, 403), (role, statuses)


@pytest.mark.parametrize("name", sorted(DESKS))
def test_a_desks_page_is_not_there_for_officers_of_another_participant(officers: dict[str, Visitor], name: str) -> None:
    base = officers[Role.OFFICER.value].base
    assert refused([answer.status_code for answer in answers(officers["elsewhere"], name, base)], 404)


@pytest.mark.parametrize("name", sorted(set(PAGES) - {n for n, p in PAGES.items() if p.who == ANYONE}))
def test_a_stranger_is_sent_to_the_sign_in_page(shared: World, officers: dict[str, Visitor], name: str) -> None:
    for answer in answers(Visitor(shared.nodes["XC"]), name, officers[Role.OFFICER.value].base):
        assert answer.headers.get("Location", "/sign-in?next=").startswith("/sign-in?next="), name
        assert answer.status_code in (302, 405)


@pytest.mark.parametrize("name", sorted(name for name, page in PAGES.items() if page.again))
def test_a_page_about_keys_or_people_asks_again_after_five_minutes(
    shared: World, officers: dict[str, Visitor], name: str
) -> None:
    visitor = officers[Role.ADMINISTRATOR.value]
    shared.advance(minutes=6)
    try:
        for answer in answers(visitor, name, visitor.base):
            assert answer.headers["Location"].startswith("/sign-in/again?next="), name
    finally:
        shared.advance(minutes=-6)
