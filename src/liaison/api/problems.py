"""What does a program get instead of what it asked for? A problem of RFC 9457 that says what to do next.

    HTTP/1.1 404 · Content-Type: application/problem+json
    {"type": "/api/v1/problems/case-not-found", "title": "Case not found", "status": 404,
     "detail": "There is no case …", "kept": "Nothing was changed.", "next": "…", "code": "case-not-found"}

Invariants: `code` is that of the error, with its sentences from the rooms' `explanations.toml`; `type` answers GET with
them; a problem never says whether something is there that the token may not see.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse

from liaison.api.shapes.base import Problem
from liaison.errors import (
    LiaisonError,
    MalformedError,
    NotNowError,
    UnreachableError,
    UsageError,
    VerificationError,
)
from liaison.explanations import explain

CONTENT_TYPE = "application/problem+json"
TYPES = "/api/v1/problems/"
RETRY_SECONDS = 5
DEFECT = 500
OF_CLASS: Mapping[type[LiaisonError], int] = {
    MalformedError: 422,
    VerificationError: 409,
    UsageError: 409,
    NotNowError: 503,
    UnreachableError: 503,
}
OF_CODE: Mapping[str, int] = {
    "host-not-here": 400,
    "request-not-understood": 422,
    "body-not-json": 400,
    "cursor-not-understood": 400,
    "idempotency-key-missing": 400,
    "idempotency-key-reused": 422,
    "token-not-valid": 401,
    "token-missing": 401,
    "token-scope-missing": 403,
    "not-permitted": 403,
    "case-closed": 403,
    "path-not-there": 404,
    "taxii-parameter": 400,
    "taxii-not-acceptable": 406,
    "taxii-read-only": 403,
    "entry-not-in-log": 404,
    "proof-out-of-range": 404,
    "method-not-there": 405,
    "body-length-missing": 411,
    "body-over-limit": 413,
    "attachment-over-limit": 413,
    "upload-cut-off": 400,
    "too-many-requests": 429,
    "too-many-streams": 429,
    "message-destroyed": 410,
    "case-destroyed": 410,
    "events-ahead": 410,
    "events-forgotten": 410,
    "register-not-trusted-yet": 409,
    "recipient-not-clear": 422,
    "recipient-not-found": 422,
    "recipient-disputed": 422,
    "upload-not-found": 422,
    "marking-unknown": 422,
    "marking-above-limit": 422,
    "name-malformed": 422,
    "basis-same-side": 422,
}
PROBLEMS: Mapping[int, type[Problem]] = dict.fromkeys(sorted({*OF_CODE.values(), *OF_CLASS.values()}), Problem)
"""What every operation may answer beside what it is for."""
BINARY = {"responses": {200: {"content": {"application/octet-stream": {"schema": {"type": "string"}}}}}}
DOCUMENT = {"responses": {200: {"content": {"application/json": {"schema": {"type": "object"}}}}}}
TEXT = {"responses": {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}}
_BARE = {404: "path-not-there", 405: "method-not-there"}


def status_of(error: LiaisonError) -> int:
    """The status that says what kind of problem it is."""
    if error.code in OF_CODE:
        return OF_CODE[error.code]
    if error.code.endswith("-not-found"):
        return 404
    return next((status for kind, status in OF_CLASS.items() if isinstance(error, kind)), DEFECT)


def problem(error: LiaisonError, **more: Any) -> HttpResponse:
    """The answer that explains an error; `more` are further members."""
    status, told = status_of(error), explain(error)
    body = {
        "type": f"{TYPES}{error.code}",
        "title": title_of(error.code),
        "status": status,
        "detail": told.what,
        "kept": told.kept,
        "next": told.next,
        "code": error.code,
        **more,
    }
    answer = HttpResponse(json.dumps(body, ensure_ascii=False), status=status, content_type=CONTENT_TYPE)
    add_headers(answer, error)
    return answer


def add_headers(answer: HttpResponse, error: LiaisonError, *, scheme: str = 'Bearer realm="liaison"') -> None:
    """Say in the headers of a refusal how to sign in, or when to come back."""
    if answer.status_code == 401:
        answer.headers["WWW-Authenticate"] = scheme
    if answer.status_code in (429, 503):
        answer.headers["Retry-After"] = str(error.params.get("seconds", RETRY_SECONDS))


def problem_of_status(status: int) -> HttpResponse:
    """The problem of a path or a method that is not there."""
    return problem(UsageError(_BARE[status]))


def title_of(code: str) -> str:
    """A code in words: the same for all problems of a type."""
    return code.replace("-", " ").capitalize()
