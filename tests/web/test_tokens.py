"""Can an officer give a program a token, no stronger than themselves, and take it back?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from liaison.node.services.people.audit import trail
from liaison.officers.permissions import Role
from tests.api.calling import Program, call
from tests.web.visiting import Visitor, visit
from tests.world import World

PAGE = "administration/tokens"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path, codes=("XC", "XD")) as made:
        yield made


def make(visitor: Visitor, *scopes: str, status: int = 200, **given: str) -> str:
    typed = {"name": "ticket system", "days": "90", "scope": list(scopes)} | given
    return str(visitor.send(f"{PAGE}/make", status=status, **typed).content.decode())


def test_a_token_is_shown_once_and_lets_a_program_in(world: World) -> None:
    visitor = visit(world, "XC", Role.OFFICER)
    (token,) = re.findall(r"liaison_pat_\w{39}", make(visitor, "look-up", "read-metadata"))
    assert Program(world.nodes["XC"], token).read("/token")["scopes"] == ["look-up", "read-metadata"]
    page = visitor.see(PAGE)
    assert "ticket system" in page and token not in page and token[-4:] in page


def test_an_officer_is_offered_no_scope_beyond_their_roles_and_cannot_forge_one(world: World) -> None:
    visitor = visit(world, "XC", Role.AUDITOR)
    assert 'value="read-metadata"' in visitor.see(PAGE) and 'value="read-cases"' not in visitor.see(PAGE)
    assert "liaison_pat_" not in make(visitor, "read-cases", status=400)


@pytest.mark.parametrize("wrong", [{"name": ""}, {"days": "4000"}, {"scope": "everything"}])
def test_what_was_typed_is_kept_when_no_token_is_made(world: World, wrong: dict[str, str]) -> None:
    page = make(visit(world, "XC"), "send", status=400, **wrong)
    assert 'role="alert"' in page
    assert "scope" in wrong or 'value="send" checked' in page


def test_an_officer_sees_and_ends_their_own_and_an_administrator_everybodys(world: World) -> None:
    program, colleague = call(world, "XC"), visit(world, "XC", Role.OFFICER)
    assert program.token[-4:] not in colleague.see(PAGE)
    colleague.send(f"{PAGE}/{program.made.number}/end", status=400)
    assert program.ask("GET", "/token").status_code == 200
    administrator = visit(world, "XC", Role.ADMINISTRATOR)
    assert program.made.text[-4:] in administrator.see(PAGE)
    administrator.send(f"{PAGE}/{program.made.number}/end")
    assert program.ask("GET", "/token").status_code == 401
    assert [line.officer for line in trail(world.nodes["XC"]) if line.action == "token-ended"] == [
        administrator.officer
    ]


def test_the_account_page_leads_to_the_tokens(world: World) -> None:
    visitor = visit(world, "XC", Role.OFFICER)
    assert visitor.at(PAGE) in visitor.get("/account").content.decode()
