"""Does every operation let in exactly whom it should: every scope, other desks, other participants, closed cases?

The walk is over the document of the API; `tests/api/operations.py` says by hand who may ask for what.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from liaison.api.door import api
from liaison.api.limits import forget_limits
from liaison.api.shapes.base import Given, Told
from liaison.messages.parties import DeskRef
from liaison.node import models
from liaison.node.services.people.case_access import close_case
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.tokens import Scope
from liaison.register.vocabulary import DeskKind
from tests.api.calling import Program, call, call_desk
from tests.api.operations import ANY_TOKEN, ANYONE, OPERATIONS, Operation
from tests.mirrored import START, seed_node
from tests.node.conduct.networks import counted, keep_measurement
from tests.world import World

SCOPED = {name: each for name, each in OPERATIONS.items() if isinstance(each.who, Scope)}
OF_A_CASE = {name: each for name, each in OPERATIONS.items() if each.of_a_case}


@dataclass(frozen=True)
class Shared:
    """One node that serves XC with two desks, and XD; a case of XC's duty desk, and one closed to an officer."""

    world: World
    case: str
    message: str
    closed: str
    closed_message: str
    programs: dict[str, Program]

    def ask(self, program: Program, operation: Operation, *, closed: bool = False) -> Any:
        forget_limits()
        case, message = (self.closed, self.closed_message) if closed else (self.case, self.message)
        key = {"idempotency_key": "any-key-will-do"} if operation.key else {}
        return program.ask(operation.method, operation.path.format(case=case, message=message), operation.body, **key)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    with World(Path(tmp_path_factory.mktemp("walls")), codes=("XC", "XD", "XE")) as world:
        node = world.nodes["XC"]
        seed_node(node, world.registry, "XC", "XD")
        other = DeskRef(world.desk("XC").participant, "main", "other")
        with unit_of_work(node):
            place = {"participant": other.participant, "node": other.node, "desk": other.desk}
            kind = {"kind": DeskKind.TECHNICAL.value, "languages": ["en"], "expected": {}, "parts": []}
            models.OwnDesk.objects.create(register=world.register, **place, **kind)
        sent, closed = world.send("XE", "XC")[0], world.send("XE", "XC")[0]
        own = call(world, "XC")
        close_case(node, own.seat, closed.case, officers={own.officer}, by=own.officer)
        programs = {
            "own": own,
            "other desk": call_desk(node, world.register, other),
            "other participant": call_desk(node, world.register, world.desk("XD")),
        }
        with world.at("XC"):
            models.IncomingCopy.objects.update(received_at=START)
        yield Shared(world, sent.case, sent.message_id, closed.case, closed.message_id, programs)


@pytest.fixture(scope="module")
def narrow(shared: Shared) -> dict[Any, tuple[Program, Program]]:
    """For each scope a program with all the others, and one with it alone."""
    world = shared.world
    return {scope: (call(world, "XC", *(set(Scope) - {scope})), call(world, "XC", scope)) for scope in Scope}


def test_every_operation_of_the_document_is_in_the_table_and_nothing_else() -> None:
    paths = api.get_openapi_schema()["paths"].values()
    assert sorted(each["operationId"] for path in paths for each in path.values()) == sorted(OPERATIONS)


def test_each_name_in_the_document_is_that_of_one_shape() -> None:
    shapes = [*subclasses(Told), *subclasses(Given)]
    assert [name for name, count in Counter(each.__name__ for each in shapes).items() if count > 1] == []
    assert api.get_openapi_schema()["components"]["schemas"].keys() >= {"Help", "HelpBoard"}


def subclasses(shape: type) -> list[type]:
    return [found for each in shape.__subclasses__() for found in (each, *subclasses(each))]


@pytest.mark.parametrize("name", sorted(name for name, each in OPERATIONS.items() if each.who != ANYONE))
def test_without_a_token_nothing_is_told(shared: Shared, name: str) -> None:
    stranger = Program(shared.world.nodes["XC"], "")
    assert shared.ask(stranger, OPERATIONS[name]).status_code == 401


def test_head_is_answered_as_get_is_without_the_content(shared: Shared) -> None:
    own = shared.programs["own"]
    for name, each in OPERATIONS.items():
        if each.method != "GET":
            continue
        got, told = shared.ask(own, each), shared.ask(own, replace(each, method="HEAD"))
        assert (told.status_code, told.content) == (got.status_code, b""), name
        assert told.headers["Content-Type"] == got.headers["Content-Type"], name
        assert got.streaming or int(told.headers["Content-Length"]) > 0, name
        got.close()
    got, told = (own.ask(method, "/register/checkpoint") for method in ("GET", "HEAD"))
    assert told.headers["Content-Length"] == str(len(got.content))
    assert told.headers["ETag"] == got.headers["ETag"]
    assert own.ask("HEAD", "/register/checkpoint", if_none_match=got.headers["ETag"]).status_code == 304
    assert Program(shared.world.nodes["XC"], "").ask("HEAD", "/register").status_code == 401


def test_a_method_that_is_not_there_is_refused_with_those_that_are(shared: Shared) -> None:
    own = shared.programs["own"]
    for method, path, allowed in (("PUT", "/register", "GET, HEAD"), ("HEAD", "/messages/x/acknowledge", "POST")):
        answer = own.ask(method, path, {} if method == "PUT" else None)
        assert (answer.status_code, answer.headers["Allow"]) == (405, allowed)


@pytest.mark.parametrize("name", sorted(SCOPED))
def test_an_operation_needs_its_scope_and_no_other(
    shared: Shared, narrow: dict[Any, tuple[Program, Program]], name: str
) -> None:
    operation = SCOPED[name]
    without, alone = narrow[operation.who]
    answer = shared.ask(without, operation)
    assert (answer.status_code, answer.json()["code"]) == (403, "token-scope-missing")
    answer = shared.ask(alone, operation)
    told = answer.json()["code"] if answer.status_code == 403 else ""
    assert told in ({"", "case-closed"} if operation.who is Scope.SEND else {""}), name


@pytest.mark.parametrize("whose", ["other desk", "other participant"])
@pytest.mark.parametrize("name", sorted(OF_A_CASE))
def test_the_cases_of_a_desk_are_not_there_for_another(shared: Shared, name: str, whose: str) -> None:
    answer = shared.ask(shared.programs[whose], OF_A_CASE[name])
    assert answer.status_code == 404, answer.content
    assert answer.json()["code"] in {"case-not-found", "message-not-found"}


@pytest.mark.parametrize("whose", ["other desk", "other participant"])
def test_no_list_shows_what_another_desk_has(shared: Shared, whose: str) -> None:
    program = shared.programs[whose]
    assert program.read("/cases") == {"cases": [], "next": None}
    assert program.read("/messages") == {"messages": [], "next": None}


@pytest.mark.parametrize("name", sorted(OF_A_CASE))
def test_a_case_closed_to_named_officers_is_metadata_for_a_token_of_one_of_them(shared: Shared, name: str) -> None:
    operation, own = OF_A_CASE[name], shared.programs["own"]
    answer = shared.ask(own, operation, closed=True)
    if operation.of_contents:
        assert (answer.status_code, answer.json()["code"]) == (403, "case-closed")
    else:
        assert answer.status_code == 200 and b"Scanning" not in answer.content
    titles = {each["case"]: each["title"] for each in own.read("/cases")["cases"]}
    assert titles == {shared.case: "Scanning of port 22", shared.closed: None}


def test_a_measurement_is_there_for_its_own_desk_alone(shared: Shared) -> None:
    world = shared.world
    node, register, of = world.nodes["XC"], world.register, world.desk("XE")
    numbers = {
        whose: keep_measurement(node, register, program.seat.desk, of=of, evidence=counted(world, whose))
        for whose, program in shared.programs.items()
    }
    for whose, program in shared.programs.items():
        found = program.read("/conduct/measurements")["measurements"]
        assert [(each["number"], each["evidence"]["source"]) for each in found] == [(numbers[whose], whose)]
        for other, number in numbers.items():
            status = 200 if other == whose else 404
            told = program.read(f"/conduct/measurements/{number}", status=status)
            assert told.get("code") == (None if other == whose else "measurement-not-found")


def test_an_operation_for_any_token_tells_of_that_token_alone(shared: Shared) -> None:
    names = [name for name, each in OPERATIONS.items() if each.who == ANY_TOKEN]
    assert names == ["token"]
    told = {whose: program.read("/token")["desk"]["desk"] for whose, program in shared.programs.items()}
    assert told == {"own": "duty", "other desk": "other", "other participant": "duty"}


def test_a_file_uploaded_at_one_desk_is_not_there_for_another(shared: Shared) -> None:
    program = shared.programs["own"]
    answer = program.ask("POST", "/attachments?name=x", {"any": "bytes"})
    given = {"to": ["XE"], "form": "line-test", "fields": {}, "attachments": [answer.json()["upload"]]}
    other = shared.programs["other participant"]
    assert other.write("/checks", given, status=422)["code"] == "upload-not-found"
