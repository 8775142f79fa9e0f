"""Do look-ups, the register and its proofs come out of the API as they are in the node?"""

from __future__ import annotations

from collections.abc import Iterator
from contextvars import copy_context
from pathlib import Path

import pytest
from django.http import HttpRequest

from liaison.api.limits import spend
from liaison.node.current import enter
from liaison.officers.tokens import Scope
from tests.api.calling import ROOT, Program, call
from tests.world import World


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(Path(tmp_path_factory.mktemp("api")), codes=("XC", "XD")) as made:
        yield made


@pytest.fixture(scope="module")
def program(world: World) -> Program:
    return call(world, "XC")


def test_a_value_is_looked_up_with_the_reason(program: Program) -> None:
    told = program.read("/lookup", value="192.0.2.7")
    assert told["value"] == "192.0.2.7"
    assert told["desk"] is None and told["refusal"]


def test_ten_thousand_values_come_back_in_their_order_and_one_more_is_refused(program: Program) -> None:
    values = [f"192.0.{place // 256}.{place % 256}" for place in range(10_000)]
    told = program.write("/lookup", {"values": values})
    assert [each["value"] for each in told["answers"]] == values
    assert program.write("/lookup", {"values": [*values, "x"]}, status=422)["code"] == "request-not-understood"


def test_the_register_its_participants_and_desks_are_told_page_by_page(program: Program, world: World) -> None:
    told = program.read("/register")
    assert told["register_id"] == world.register and told["trusted_size"] == told["size"]
    first = program.read("/register/participants", limit=1)
    rest = program.read("/register/participants", cursor=first["next"])
    assert [each["id"] for each in first["participants"] + rest["participants"]][-2:] == list(
        world.registry.ids.values()
    )[-2:]
    (desk,) = program.read("/register/desks", code="XD")["desks"]
    card = program.read(f"/register/desks/{desk['participant']}/{desk['desk']}")
    assert card["desk"] == desk


def test_entries_go_on_behind_a_cursor_and_each_has_a_proof(program: Program) -> None:
    size = program.read("/register")["size"]
    first = program.read("/register/entries", limit=2)
    assert [each["index"] for each in first["entries"]] == [0, 1]
    rest = program.read("/register/entries", cursor=first["next"])
    assert rest["entries"][0]["index"] == 2
    end = program.read("/register/entries", cursor=rest["next"])
    assert end == {"entries": [], "next": rest["next"]}
    assert program.read("/register/entries/0")["entry"]["kind"] == "register.opened"
    assert program.ask("GET", "/register/entries/0/proof").content.startswith(b"c2sp.org/tlog-proof@v1")
    assert program.read(f"/register/entries/{size}", status=404)["code"] == "entry-not-in-log"


def test_a_checkpoint_that_is_known_is_not_sent_again(program: Program) -> None:
    answer = program.ask("GET", "/register/checkpoint")
    again = program.ask("GET", "/register/checkpoint", if_none_match=answer.headers["ETag"])
    assert (answer.status_code, again.status_code, again.content) == (200, 304, b"")


def test_a_cursor_of_another_list_is_refused(program: Program) -> None:
    cursor = program.read("/register/entries")["next"]
    assert program.read("/register/desks", status=400, cursor=cursor)["code"] == "cursor-not-understood"


def test_what_a_token_is_not_for_is_refused_and_says_which_scope_is_missing(world: World) -> None:
    told = call(world, "XC", Scope.READ_REGISTER).read("/lookup", status=403, value="192.0.2.7")
    assert told["code"] == "token-scope-missing" and "look-up" in told["detail"]


def test_paths_methods_and_bodies_that_are_not_understood_are_problems(program: Program, world: World) -> None:
    for path in ("/nothing", "/"):
        assert program.read(path, status=404)["code"] == "path-not-there"
    assert program.ask("DELETE", "/lookup").json()["code"] == "method-not-there"
    broken = program.generic("POST", f"{ROOT}/lookup", "{", headers={"Authorization": f"Bearer {program.token}"})
    assert (broken.status_code, broken.json()["code"]) == (400, "body-not-json")
    assert program.write("/lookup", {"values": ["x"], "more": 1}, status=422)["errors"]
    assert "next" in Program(world.nodes["XC"], "").read("/problems/case-not-found")


def test_a_token_that_asks_too_much_is_told_when_to_go_on(world: World) -> None:
    program = call(world, "XD", Scope.LOOK_UP)
    answer = program.ask("POST", "/lookup", {"values": ["192.0.2.7"] * 200})
    assert answer.headers["RateLimit"] == '"token";r=597;t=1'
    assert answer.headers["RateLimit-Policy"] == '"token";q=600;w=60'
    copy_context().run(_spend, world, program, 597)
    answer = program.ask("GET", "/token")
    assert answer.status_code == 429 and answer.headers["Retry-After"] == "1"
    world.advance(seconds=60)
    assert program.ask("GET", "/token").status_code == 200


def _spend(world: World, program: Program, cost: int) -> None:
    enter(world.nodes["XD"])
    spend(HttpRequest(), program.made.number, cost=cost)
