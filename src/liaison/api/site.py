"""How does a request of a program reach the API, and what holds for every one of them?

    /api/v1/…        the API (docs/using/api.md)
    /taxii2/…        reports for programs that speak TAXII 2.1 (docs/using/taxii.md); everything else goes to the pages

Invariants:
- No session, cookie or form token counts here: a token in the header `Authorization` or nothing.
- Every answer that is not 2xx is a problem (RFC 9457) or an error of TAXII, also for paths and methods that are not
  there.
- HEAD is answered as GET is, without the content (RFC 9110 §9.3.2).
- A body says its length beforehand; only a file may be longer than `MOST_BODY`.
- The API itself is loaded by the first request that needs it, so that a node nobody programs for does not carry it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any

from django.core.exceptions import DisallowedHost
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from liaison.errors import UsageError

PATHS: Mapping[str, str] = {"/api/": "liaison.api.urls", "/taxii2/": "liaison.api.taxii.views"}
UPLOADS = "/api/v1/attachments"
MOST_BODY = 2 << 20
Answer = Callable[[HttpRequest], HttpResponse]


def programs(answer: Answer) -> Answer:
    """Take what programs ask out of the way of sessions; a middleware of the pages' process."""

    def middleware(request: HttpRequest) -> HttpResponse:
        paths = next((paths for root, paths in PATHS.items() if request.path_info.startswith(root)), None)
        if paths is None:
            return answer(request)
        if request.method != "HEAD":
            return answer_program(request, paths)
        request.method = "GET"
        return without_content(answer_program(request, paths))

    return middleware


def answer_program(request: HttpRequest, paths: str) -> HttpResponse:
    """The answer to one request of a program, by one of the modules of paths."""
    from liaison.api.limits import say_limits
    from liaison.api.problems import problem, problem_of_status
    from liaison.api.taxii.answers import refusal

    refused: Any = problem if paths == PATHS["/api/"] else refusal

    request.COOKIES = {}
    try:
        request.get_host()
        check_length(request)
        found = resolve(request.path_info, urlconf=paths)
    except DisallowedHost:
        return refused(UsageError("host-not-here"))
    except UsageError as error:
        return refused(error)
    except Resolver404:
        return refused(UsageError("path-not-there"))
    try:
        with ExitStack() as acting:  # Ends what is noted in the name of the token.
            request.acting = acting  # type: ignore[attr-defined]
            response: Any = found.func(request, *found.args, **found.kwargs)
    except Http404:  # The beginning of all paths, at which a page of ninja's could be.
        return refused(UsageError("path-not-there"))
    if response.status_code == 405:
        allowed = response.headers.get("Allow", "").replace("GET", "GET, HEAD")
        response = problem_of_status(405)
        response.headers["Allow"] = allowed
    say_limits(request, response)
    return response


def without_content(response: HttpResponse) -> HttpResponse:
    """The same answer with the length of its content instead of the content."""
    if response.streaming:
        response.close()  # Its lines are never asked for: what it holds is given back now.
        return HttpResponse(status=response.status_code, headers=response.headers)
    if response.content:
        response.headers["Content-Length"] = str(len(response.content))
    response.content = b""
    return response


def check_length(request: HttpRequest) -> None:
    """Refuse a body of unknown length, or of too much, before a byte of it is read. Raises UsageError."""
    if request.method in ("GET", "DELETE", "OPTIONS"):
        return
    told = request.META.get("CONTENT_LENGTH") or ""
    if not told.isascii() or not told.isdigit() or "HTTP_TRANSFER_ENCODING" in request.META:
        raise UsageError("body-length-missing")
    if int(told) > MOST_BODY and request.path_info != UPLOADS:
        raise UsageError("body-over-limit", limit=MOST_BODY)
