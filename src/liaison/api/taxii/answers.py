"""How does a TAXII resource go out, and an error, and which media types may be asked for (TAXII 2.1 §1.6, §3.6)?

    Content-Type: application/taxii+json;version=2.1
    {"title": "Taxii collection not found", "description": "…", "error_code": "…", "http_status": "404", …}

Invariants: every answer, refusals too, is of the one media type; an error is made from the sentences of its code.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse

from liaison.api.problems import TYPES, add_headers, status_of, title_of
from liaison.errors import LiaisonError, UsageError
from liaison.explanations import explain

MEDIA_TYPE = "application/taxii+json;version=2.1"
_PLAIN, _VERSION = "application/taxii+json", "2.1"
_ANY = frozenset({"*/*", "application/*"})


def resource(value: Mapping[str, Any], headers: Iterable[tuple[str, str]] = ()) -> HttpResponse:
    """The answer that holds a resource."""
    answer = HttpResponse(json.dumps(value, ensure_ascii=False), content_type=MEDIA_TYPE)
    for name, told in headers:
        answer.headers[name] = told
    return answer


def refusal(error: LiaisonError) -> HttpResponse:
    """The error resource (§3.6.1) of an error of ours."""
    status, told = status_of(error), explain(error)
    value = {
        "title": title_of(error.code),
        "description": f"{told.what} {told.kept} {told.next}",
        "error_code": error.code,
        "http_status": str(status),
        "external_details": f"{TYPES}{error.code}",
    }
    answer = HttpResponse(json.dumps(value, ensure_ascii=False), status=status, content_type=MEDIA_TYPE)
    add_headers(answer, error, scheme='Basic realm="liaison", charset="UTF-8"')
    return answer


def check_accept(request: HttpRequest) -> None:
    """Return if the program takes what goes out. Raises UsageError."""
    accept = request.headers.get("Accept", "")
    if accept.strip() and not any(_takes(each) for each in accept.split(",")):
        raise UsageError("taxii-not-acceptable", media_type=MEDIA_TYPE)


def _takes(told: str) -> bool:
    kind, *parameters = (part.strip().lower() for part in told.split(";"))
    versions = [each.partition("=")[2].strip('" ') for each in parameters if each.startswith("version")]
    return kind in _ANY or (kind == _PLAIN and all(each == _VERSION for each in versions))
