"""Is it still the officer who signed in? Pages about keys, entries and people ask again after five minutes.

    @recently_signed_in
    @at_desk(Action.PUBLISH)
    def publish(request, seat): …

    @for_officers                 pages for whoever is signed in; the first question of both
    def page(request): …

Invariants: nothing of the page is done before; a form that was sent too late, or after the session had ended, is kept
in this browser's session and, once the same officer proved who they are, shown and sent by one press of a button, so
that nothing typed is lost (files are chosen again). Nobody else is offered it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from liaison.node.services.people.sessions import is_confirmed
from liaison.web.entrance.entering import the_session
from liaison.web.site import here

AGAIN, WAITING = "/sign-in/again", "waiting-form"
NOT_KEPT = frozenset({"csrfmiddlewaretoken", "password", "password_again", "present", "code"})
"""What lets somebody in stands in no table, not even for a moment: it is typed again."""
View = Callable[..., HttpResponse]


def for_officers(view: View) -> View:
    """A page for officers; others sign in first, and what they sent as their session had ended waits for them."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *parts: Any, **rest: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, *parts, **rest)
        ended = getattr(request, "ended_officer", 0)
        by_script = "application/json" in request.headers.get("Accept", "")  # It tells the officer itself.
        if ended and request.method == "POST" and not by_script:
            _keep(request, ended)
        return redirect_to_login(request.get_full_path())

    return guarded


def recently_signed_in(view: View) -> View:
    """A page for officers who proved who they are within the last five minutes; others are asked again first."""

    @for_officers
    @functools.wraps(view)
    def guarded(request: HttpRequest, *parts: Any, **rest: Any) -> HttpResponse:
        session = the_session(request)
        if is_confirmed(here(), session):
            return view(request, *parts, **rest)
        if request.method == "POST":
            _keep(request, session.officer)
        return HttpResponseRedirect(f"{AGAIN}?{urlencode({'next': request.get_full_path()})}")

    guarded.asks_again = True  # type: ignore[attr-defined]
    return guarded


def waiting_form(request: HttpRequest, officer: int) -> dict[str, Any] | None:
    """The form that waits for this officer to prove who they are, taken out of the session; another's is dropped."""
    found: dict[str, Any] | None = request.session.pop(WAITING, None)
    return found if found is not None and found["officer"] == officer else None


def _keep(request: HttpRequest, officer: int) -> None:
    path, back = request.get_full_path(), urlsplit(request.headers.get("Referer", ""))
    page = back.path if back.netloc == request.get_host() else "/"
    request.session[WAITING] = {"officer": officer, "path": path, "page": page, "fields": _typed(request)}


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    return [(name, text) for name, texts in request.POST.lists() if name not in NOT_KEPT for text in texts]
