"""How does a browser become an officer's, and how does a page know in which session it is asked for?

    enter_as(request, officer, "passkey")      a fresh session key, a row of the session, a line of the audit trail
    session = open_session(request)            the session's row, or None: then the request is nobody's
    the_session(request)                       the same, on pages for signed-in officers

Invariants: the key of a session changes at every sign-in, so that one planted before is worth nothing; a request whose
session has no row any more loses its officer before any page sees it.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth import login, logout
from django.http import Http404, HttpRequest

from liaison.node.services.people import sessions
from liaison.node.services.people.passkeys import Site
from liaison.node.services.people.sessions import Session
from liaison.web.site import here

BACKEND = "django.contrib.auth.backends.ModelBackend"
FIRST_WAY_IN = "/account/first"
WHILE_INVITED = (
    FIRST_WAY_IN,
    "/account/passkeys/",
    "/account/password",
    "/sign-out",
    "/language",
    "/join/",
    "/static/",
)
"""What somebody who entered by an invitation may ask for before they have a way to sign in."""


def enter_as(request: HttpRequest, officer: Any, method: str) -> None:
    """Sign the officer in to this browser."""
    if request.user.is_authenticated:
        leave_session(request)
    login(request, officer, backend=BACKEND)
    request.session.cycle_key()
    sessions.begin(
        here(),
        officer.pk,
        request.session.session_key or "",
        method=method,
        address=address_of(request),
        agent=request.headers.get("User-Agent", ""),
    )


def open_session(request: HttpRequest) -> Session | None:
    """The session of this request; a request without one is signed out. Kept with the request, as is whose ended."""
    user: Any = request.user
    found = None
    if user.is_authenticated:
        found = sessions.current(here(), request.session.session_key or "")
        if found is None or found.officer != user.pk:
            found, ended = None, user.pk
            logout(request)
            request.ended_officer = ended  # type: ignore[attr-defined]
    request.officer_session = found  # type: ignore[attr-defined]
    return found


def the_session(request: HttpRequest) -> Session:
    """The session of an officer's page. Raises Http404 outside one."""
    found: Session | None = getattr(request, "officer_session", None)
    if found is None:
        raise Http404
    return found


def leave_session(request: HttpRequest) -> None:
    """End the session of this browser."""
    found: Session | None = getattr(request, "officer_session", None)
    if found is not None:
        sessions.end(here(), found.officer, found.id)
    logout(request)


def address_of(request: HttpRequest) -> str:
    """The browser's address: that of the connection, or the last one a trusted proxy names."""
    direct = str(request.META.get("REMOTE_ADDR", ""))
    named = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return named or direct if here().config.pages.trusted_proxy else direct


def site_of(request: HttpRequest) -> Site:
    """Where this node's passkeys hold: the configured address of its pages, else the one asked for."""
    url = here().config.pages.url or f"{request.scheme}://{request.get_host()}"
    return Site.at(url)
