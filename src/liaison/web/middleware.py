"""What happens to every request of the pages, whatever the page?

- methods: only those that some page takes
- headers: no script but ours, no frame, no referrer, nothing kept by a cache that others share
- officer_session: a session that ended (by age, unused, revoked, because its officer left) is nobody's from now on; one
  entered by an invitation gets no further than setting up a way to sign in
- officer_language: the officer's language, else the one chosen in this browser, else the one the browser asks for
- ExplainErrors: an error of ours becomes a page with three sentences: what happened, what was kept, what to do next;
  where only a form may be sent, whoever comes by a link is told that no page is there
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.utils import timezone, translation

from liaison.errors import LiaisonError
from liaison.web.entrance.entering import FIRST_WAY_IN, WHILE_INVITED, open_session
from liaison.web.forms.instants import find_zone
from liaison.web.logged import log_refusal
from liaison.web.pages.problems import explained_page, form_alone

Answer = Callable[[HttpRequest], HttpResponse]
METHODS = ("GET", "HEAD", "POST")
POLICY = "; ".join(
    (
        "default-src 'none'",
        "object-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}


def headers(answer: Answer) -> Answer:
    """Add the headers of every page; a page that set one itself keeps its own."""
    told = HEADERS | over_tls()

    def middleware(request: HttpRequest) -> HttpResponse:
        response = answer(request)
        for name, value in told.items():
            response.headers.setdefault(name, value)
        return response

    return middleware


def over_tls() -> dict[str, str]:
    """What is said under TLS only: that this host and those below it are asked for by TLS alone, for a year."""
    hsts = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}
    return hsts if settings.SESSION_COOKIE_SECURE else {}


def methods(answer: Answer) -> Answer:
    """Refuse what no page takes, whatever the page would make of it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method in METHODS:
            return answer(request)
        log_refusal(request, "method")
        return HttpResponseNotAllowed(METHODS)

    return middleware


def officer_session(answer: Answer) -> Answer:
    """Let a request be an officer's only while their session lasts."""

    def middleware(request: HttpRequest) -> HttpResponse:
        session = open_session(request)
        if session is not None and session.only_invited and not request.path.startswith(WHILE_INVITED):
            return HttpResponseRedirect(FIRST_WAY_IN)
        return answer(request)

    return middleware


def officer_language(answer: Answer) -> Answer:
    """Speak the officer's language and show their local time."""

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user
        own = user.language if user.is_authenticated else None
        language = own or translation.get_language_from_request(request)
        zone = find_zone(user.zone if user.is_authenticated else "UTC")
        with translation.override(language), timezone.override(zone):
            request.LANGUAGE_CODE = translation.get_language()  # type: ignore[attr-defined]
            response = answer(request)
        response.headers["Content-Language"] = language
        return response

    return middleware


class ExplainErrors:
    """Turns what a view raised into a page a person understands; anything else stays a defect."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        answer = self._answer(request)
        return form_alone(request, answer) if answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED else answer

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Called by Django for what a view raised."""
        return explained_page(request, error) if isinstance(error, LiaisonError) else None
