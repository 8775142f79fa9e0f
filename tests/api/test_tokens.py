"""Who gets in with a token, how long, and for what?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.errors import UsageError
from liaison.node.models import ApiToken
from liaison.node.services.people.audit import trail
from liaison.node.services.people.officers import find_officer, leave, withdraw
from liaison.node.services.programs.tokens import Wanted, end_token, list_tokens, make_token, open_token
from liaison.officers.permissions import Role
from liaison.officers.tokens import Scope, format_token, token_hash
from tests.api.calling import ROOT, Program, call
from tests.world import World

pytestmark = pytest.mark.engine


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path, codes=("XC", "XD")) as made:
        yield made


@given(st.binary(min_size=24, max_size=24))
def test_a_token_is_recognised_by_its_prefix_and_its_checksum(drawn: bytes) -> None:
    text = format_token(drawn)
    assert re.fullmatch(r"liaison_pat_[0-9A-Za-z]{39}", text)
    assert len(token_hash(text)) == 64


@given(st.binary(min_size=24, max_size=24), st.integers(12, 50), st.sampled_from("09AZaz"))
def test_a_mistyped_token_is_refused_before_anything_is_asked(drawn: bytes, place: int, sign: str) -> None:
    text = format_token(drawn)
    wrong = text[:place] + sign + text[place + 1 :]
    if wrong != text:
        with pytest.raises(UsageError, match="token-not-valid"):
            token_hash(wrong)


def test_a_token_says_what_it_is_for(world: World) -> None:
    told = call(world, "XC", Scope.LOOK_UP, Scope.SEND).read("/token")
    assert told["scopes"] == told["usable"] == ["look-up", "send"]
    assert told["desk"] == {"participant": world.desk("XC").participant, "node": "main", "desk": "duty"}


def test_a_token_is_kept_as_a_hash_alone(world: World) -> None:
    program = call(world, "XC")
    with world.at("XC"):
        rows = list(ApiToken.objects.values_list())
    assert program.token not in str(rows) and program.token[12:45] not in str(rows)


@pytest.mark.parametrize("shown", ["", "liaison_pat_", "x" * 5000, "liaison_pat_" + "0" * 39])
def test_without_a_valid_token_nothing_is_told(world: World, shown: str) -> None:
    answer = Program(world.nodes["XC"], shown).ask("GET", "/token")
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert {"type", "title", "status", "detail", "kept", "next"} <= set(answer.json())


def test_a_session_is_no_token(world: World) -> None:
    from tests.web.visiting import visit

    assert visit(world, "XC").get(f"{ROOT}/token").status_code == 401


def test_a_token_ends_with_its_day(world: World) -> None:
    program = call(world, "XC")
    world.advance(days=29)
    assert program.ask("GET", "/token").status_code == 200
    world.advance(days=1, minutes=1)
    assert program.ask("GET", "/token").status_code == 401


def test_a_token_ends_when_it_is_ended_and_both_are_lines_of_the_trail(world: World) -> None:
    program, node = call(world, "XC"), world.nodes["XC"]
    end_token(node, program.seat, program.made.number, by=program.officer)
    assert program.ask("GET", "/token").status_code == 401
    lines = [(line.action, line.subject) for line in trail(node)]
    assert [line for line in lines if line[0].startswith("token")] == [("token-made", "1"), ("token-ended", "1")]


def test_a_token_ends_with_its_officer_and_does_not_come_back_with_a_role(world: World) -> None:
    program, node = call(world, "XC"), world.nodes["XC"]
    login = list_login(world, program)
    leave(node, find_officer(node, login))
    assert program.ask("GET", "/token").status_code == 401
    assert not list_tokens(node, program.seat)[0].live


def test_a_token_does_no_more_than_the_roles_of_its_officer_allow_now(world: World) -> None:
    program, node = call(world, "XC", roles=(Role.OFFICER, Role.AUDITOR)), world.nodes["XC"]
    assert "send" in program.read("/token")["usable"]
    officer = find_officer(node, list_login(world, program))
    withdraw(node, officer, world.register, world.desk("XC"), Role.OFFICER)
    assert program.read("/token")["usable"] == ["look-up", "read-metadata", "read-register"]
    withdraw(node, officer, world.register, world.desk("XC"), Role.AUDITOR)
    assert program.ask("GET", "/token").status_code == 401


def test_nobody_hands_out_what_they_may_not_do(world: World) -> None:
    node = world.nodes["XC"]
    administrator = call(world, "XC", Scope.LOOK_UP, roles=(Role.ADMINISTRATOR,))
    wanted = Wanted("reader", administrator.officer, frozenset({Scope.READ_CASES}), 30)
    with pytest.raises(UsageError, match="token-scope-not-yours"):
        make_token(node, administrator.seat, wanted, by=administrator.officer)


def test_a_token_ends_only_by_its_officer_or_an_administrator(world: World) -> None:
    node, theirs = world.nodes["XC"], call(world, "XC")
    other = call(world, "XC", Scope.LOOK_UP, roles=(Role.OFFICER,))
    with pytest.raises(UsageError, match="token-not-found"):
        end_token(node, other.seat, theirs.made.number, by=other.officer)
    assert open_token(node, theirs.token).officer == theirs.officer


def test_when_a_token_was_last_used_is_known_to_the_minute(world: World) -> None:
    program, node = call(world, "XC"), world.nodes["XC"]
    assert list_tokens(node, program.seat)[0].last_used_at is None
    program.ask("GET", "/token")
    assert list_tokens(node, program.seat)[0].last_used_at == world.clock.now()


def list_login(world: World, program: Program) -> str:
    from liaison.node.models import Officer

    with world.at("XC"):
        return str(Officer.objects.get(pk=program.officer).login)
