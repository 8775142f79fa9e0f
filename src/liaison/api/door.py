"""What is the API as a whole: its operations, its document, and what becomes of an error inside one?

Invariants: whatever an operation raises becomes a problem; a defect is told without anything of what it was about, and
logged; the document says of every refusal that it is a problem, because it is.
"""

from __future__ import annotations

import logging
from functools import cached_property
from typing import Any

import msgspec
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.parser import Parser

from liaison.api.links import add_links
from liaison.api.operations import about, cases, conduct, events, help, instruments, lookup, measured, register
from liaison.api.operations import attachments as _attachments  # noqa: F401 — adds its operations to those of cases
from liaison.api.operations import writing as _writing  # noqa: F401 — the same, because they share paths
from liaison.api.problems import CONTENT_TYPE, problem, problem_of_status
from liaison.errors import LiaisonError, UsageError
from liaison.wire.typed import read_json

log = logging.getLogger("liaison.api")
REFUSED, PREFIX = 400, "/api/v1/"
WHAT = """Look-ups, the register and its proofs, cases and messages of one contact centre, for its own programs.
Every operation needs a token with the scope it names; see docs/using/api.md."""


class StrictParser(Parser):
    """Reads a body as JSON and as nothing else."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The value in the body. Raises UsageError."""
        try:
            return read_json(request.body, object)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise UsageError("body-not-json") from None


class ProgramsApi(NinjaAPI):
    """Ninja's, with problems in the document as they are in the answers."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """The name of an operation is that of its function."""
        return str(operation.view_func.__name__)

    def get_openapi_schema(self, **_: Any) -> OpenAPISchema:
        """The document."""
        return self._document

    @cached_property
    def _document(self) -> OpenAPISchema:
        """Made once a process: it takes seconds, anybody may ask for it, and it says the same to all."""
        document = super().get_openapi_schema(path_prefix=PREFIX)
        for operations in document["paths"].values():
            for operation in operations.values():
                add_links(operation)
                for status, answer in operation["responses"].items():
                    if int(status) >= REFUSED and "application/json" in answer.get("content", {}):
                        answer["content"][CONTENT_TYPE] = answer["content"].pop("application/json")
        return document


api = ProgramsApi(
    title="Liaison",
    version="1",
    description=WHAT,
    docs_url=None,
    urls_namespace="programs",
    parser=StrictParser(),
)
api.add_router("", about.router)
api.add_router("", lookup.router)
api.add_router("/register", register.router)
api.add_router("", instruments.router)
api.add_router("", conduct.router)
api.add_router("", help.router)
api.add_router("", measured.router)
api.add_router("", cases.router)
api.add_router("", events.router)


@api.exception_handler(LiaisonError)
def _ours(request: HttpRequest, error: LiaisonError) -> HttpResponse:
    return problem(error)


@api.exception_handler(ValidationError)
def _not_understood(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = [{"where": ".".join(map(str, each["loc"])), "what": str(each["msg"])} for each in error.errors]
    return problem(UsageError("request-not-understood", count=len(errors)), errors=errors[:20])


@api.exception_handler(HttpError)
def _ninjas(request: HttpRequest, error: HttpError) -> HttpResponse:
    cause = error.__cause__ or error.__context__
    return problem(cause if isinstance(cause, LiaisonError) else UsageError("body-not-json"))


@api.exception_handler(Http404)
def _not_there(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem_of_status(404)


@api.exception_handler(Exception)
def _defect(request: HttpRequest, error: Exception) -> HttpResponse:
    log.exception("an operation failed: %s", type(error).__name__)
    return problem(LiaisonError("operation-failed"))
