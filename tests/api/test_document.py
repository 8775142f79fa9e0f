"""Does the API answer as its own document says, whatever is asked?

schemathesis makes requests from the OpenAPI document, fit and unfit ones, and judges each answer by it. `test_walls`
holds that the document has the operations of the table, all of them and no others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from liaison.api.limits import forget_limits
from liaison.web.site import open_pages
from tests.api.calling import Program, call
from tests.api.operations import OPERATIONS
from tests.world import World

CHECKS: Any = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES, LONG = 12, 400
"""Requests an operation and mode."""
FOLLOWED: Any = settings(
    database=None,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@dataclass(frozen=True)
class Document:
    """The document as a program gets it, and a token to ask with."""

    schema: Any
    program: Program

    def operation(self, name: str) -> Any:
        return self.schema.find_operation_by_id(name)


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Document]:
    with World(Path(tmp_path_factory.mktemp("document")), codes=("XC", "XD")) as world:
        world.send("XD", "XC")
        yield open_document(world, call(world, "XC"))


def open_document(world: World, program: Program) -> Document:
    """The document of XC's node, asked for through its middleware."""
    site = open_pages(world.nodes["XC"], get_wsgi_application())
    return Document(schemathesis.openapi.from_wsgi("/api/v1/openapi.json", site), program)


def quick(operation: str, query: Any) -> dict[str, Any]:
    """The query without what makes an answer wait, or the tables of routing be made anew for another kind of desk."""
    kept = {name: value for name, value in (query or {}).items() if name not in ("wait", "kind")}
    return kept | ({"seconds": 0} if operation == "stream" else {})


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_no_answer_is_a_failure_or_one_that_the_document_does_not_name(
    document: Document, name: str, mode: GenerationMode
) -> None:
    follow(document, name, mode, EXAMPLES)


@pytest.mark.soak
@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_nor_is_it_after_many_more_requests(document: Document, name: str, mode: GenerationMode) -> None:
    follow(document, name, mode, LONG)


def follow(document: Document, name: str, mode: GenerationMode, examples: int) -> None:
    """Ask so many requests of an operation, fit or unfit ones, and judge each answer by the document."""
    operation = document.operation(name)

    @given(operation.as_strategy(generation_mode=mode))
    @settings(FOLLOWED, max_examples=examples)
    def ask(case: Any) -> None:
        forget_limits()
        case.query = quick(name, case.query)
        headers = {"Authorization": f"Bearer {document.program.token}", "Host": "testserver"}
        case.call_and_validate(checks=CHECKS, headers=headers)

    ask()


def test_the_document_is_openapi_3_1_and_names_a_scope_or_none_for_each_operation(document: Document) -> None:
    told = document.program.read("/openapi.json")
    assert told["openapi"] == "3.1.0"
    open_to_all = {
        operation["operationId"]
        for path in told["paths"].values()
        for operation in path.values()
        if "security" not in operation
    }
    assert open_to_all == {"problem_type"}
