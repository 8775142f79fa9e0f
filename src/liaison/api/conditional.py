"""Has the program this already? `ETag` with the answer, `304` where `If-None-Match` names it."""

from __future__ import annotations

import hashlib

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response


def unless_known(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The answer with its tag, or that nothing changed; kept by whoever asked, and asked for again each time."""
    etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    answer: HttpResponse = get_conditional_response(request, etag=etag, response=response)
    return answer
