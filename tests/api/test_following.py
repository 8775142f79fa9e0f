"""Does the API answer as its document says where one answer leads to the next request?

schemathesis walks along the links of the document, from answers that came to requests made of what stands in them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from schemathesis.specs.openapi.checks import ensure_resource_availability

from liaison.api.limits import forget_limits
from liaison.api.links import LINKS
from tests.api.calling import Program, call
from tests.api.operations import OPERATIONS
from tests.api.test_document import CHECKS, Document, open_document, quick
from tests.node.conduct.networks import counted, keep_measurement
from tests.world import NOTICE, World

NEW = {"to": ["XD"], "form": "incident-notice", "stage": "notification", "fields": NOTICE}
FIT: dict[str, Any] = {"send": NEW, "reply": {"fields": {"answer": "accepted"}}, "acknowledge": {}}
"""What is sent in a body, so that there are answers to go on from; unfit bodies are `test_document`'s."""
WALKS, LONG, STEPS = 12, 300, 8
EACH = [(name, status, to) for name, answers in LINKS.items() for status, links in answers.items() for to in links]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(Path(tmp_path_factory.mktemp("following")), codes=("XC", "XD")) as world:
        world.send("XD", "XC")
        place = world.nodes["XC"], world.register, world.desk("XC")
        keep_measurement(*place, of=world.desk("XD"), evidence=counted(world))
        yield world


@pytest.fixture(scope="module")
def program(world: World) -> Program:
    made = call(world, "XC")
    world.send("XD", "XC")  # The first thing that happened since somebody listens.
    return made


@pytest.fixture(scope="module")
def document(world: World, program: Program) -> Document:
    return open_document(world, program)


def asked(program: Program, name: str, path: str, key: str) -> Any:
    body = FIT.get(name, {}) if OPERATIONS[name].method == "POST" else None
    return program.ask(
        OPERATIONS[name].method, path, body, **({"idempotency_key": key} if OPERATIONS[name].key else {})
    )


def at(value: Any, place: str) -> Any:
    for step in place.removeprefix("$response.body#/").split("/"):
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value


@pytest.fixture(scope="module")
def paths(program: Program) -> dict[str, tuple[str, Any]]:
    """Of each operation its path and what the document says of it."""
    return {
        operation["operationId"]: (path.removeprefix("/api/v1"), operation)
        for path, operations in program.read("/openapi.json")["paths"].items()
        for operation in operations.values()
    }


@pytest.mark.parametrize(("name", "status", "to"), EACH)
def test_a_link_of_the_document_leads_from_an_answer_to_an_answer(
    program: Program, paths: dict[str, tuple[str, Any]], name: str, status: int, to: str
) -> None:
    forget_limits()
    received = program.read("/messages")["messages"][0]
    first = paths[name][0].format(**received) if "{" in paths[name][0] else OPERATIONS[name].path
    answer = asked(program, name, first, f"{name}-to-{to}-1")
    assert answer.status_code == status, answer.content
    link = paths[name][1]["responses"][str(status)]["links"][to]
    given = {name: at(answer.json(), place) for name, place in link["parameters"].items()}
    path = paths[link["operationId"]][0]
    query = "" if "{" in path else "?" + "&".join(f"{name}={value}" for name, value in given.items())
    assert asked(program, to, path.format(**given) + query, f"{name}-to-{to}-2").status_code < 300


def walk(document: Document, walks: int) -> Counter[str]:
    """Take so many walks along the links; how often each led to what was asked for."""
    followed = Counter[str]()

    class Following(document.schema.as_state_machine()):  # type: ignore[misc]
        def before_call(self, case: Any) -> None:
            forget_limits()
            name = case.operation.definition.raw["operationId"]
            case.query = quick(name, case.query)
            case.body = FIT.get(name, case.body)

        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"headers": {"Authorization": f"Bearer {document.program.token}", "Host": "testserver"}}

        def step(self, input: Any) -> Any:
            output = super().step(input)
            if input.transition is not None and output.response.status_code < 300:
                followed[input.transition.id] += 1
            return output

        def validate_response(self, response: Any, case: Any, *_: Any, **__: Any) -> None:
            case.validate_response(response, checks=[*CHECKS, ensure_resource_availability], recorder=self.recorder)

    Following.run(
        settings=settings(
            database=None,
            deadline=None,
            derandomize=True,
            max_examples=walks,
            stateful_step_count=STEPS,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
    )
    return followed


def test_no_walk_along_the_links_meets_a_failure_or_an_answer_that_the_document_does_not_name(
    document: Document,
) -> None:
    assert walk(document, WALKS).total() >= WALKS // 2


@pytest.mark.soak
def test_nor_do_many_more_walks(document: Document) -> None:
    assert len(walk(document, LONG)) == len(EACH)
