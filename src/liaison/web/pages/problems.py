"""What does an officer see when something cannot be done? What happened, what was kept, what to do next."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation

from liaison.errors import LiaisonError, MalformedError, NotNowError, UnreachableError, UsageError, VerificationError
from liaison.web.languages import find_language
from liaison.web.logged import log_refusal
from liaison.web.words import explained

STATUS: Mapping[type[LiaisonError], int] = {
    MalformedError: 400,
    UsageError: 400,
    VerificationError: 409,
    NotNowError: 503,
    UnreachableError: 502,
}
FORBIDDEN, FORM_EXPIRED = frozenset({"not-permitted"}), "form-expired"
EVENTS = FORBIDDEN | {FORM_EXPIRED}
"""What nobody runs into who uses the pages as they are."""


def explained_page(request: HttpRequest, error: LiaisonError) -> HttpResponse:
    """The page for an error of ours."""
    status = 403 if error.code in FORBIDDEN else STATUS.get(type(error), 400)
    if error.code in EVENTS:
        log_refusal(request, error.code)
    return render(request, "web/problem.html", {"problem": explained(error), "code": error.code}, status=status)


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that came back without its token, or from another place: nothing was done."""
    return explained_page(request, UsageError(FORM_EXPIRED))


def not_understood(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A request that no page takes, such as one for another host, or a form with more in it than is read."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent):
        sizes = {"limit": settings.DATA_UPLOAD_MAX_MEMORY_SIZE, "fields": settings.DATA_UPLOAD_MAX_NUMBER_FIELDS}
        return _alone("web/not_understood.html", status=413, problem=explained(UsageError("form-too-large", **sizes)))
    return _alone("web/not_understood.html", status=400)


def broken(request: HttpRequest) -> HttpResponse:
    """A defect: nothing of it is told here, all of it stands in the log of the node."""
    return _alone("web/broken.html", status=500)


def _alone(template: str, *, status: int, **given: object) -> HttpResponse:
    """A page that needs no table, session or officer, as those may be what is broken."""
    language = find_language(translation.get_language())
    return HttpResponse(render_to_string(template, {"language": language} | given), status=status)


def form_alone(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """Where only a form may be sent and somebody asked for a page, as a link does: words, not an empty answer."""
    page = render(request, "web/not_found.html", status=answer.status_code)
    page.headers["Allow"] = answer.headers["Allow"]
    return page


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """There is no such page, or it is not for this officer: the same words for both."""
    return render(request, "web/not_found.html", status=404)
