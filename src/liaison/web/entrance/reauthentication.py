"""Is it still the officer who signed in? Pages about keys, entries and people ask again after five minutes.

    @recently_signed_in
    @at_desk(Action.PUBLISH)
    def publish(request, seat): …

Invariants: nothing of the page is done before; a form that was sent too late is kept with the session and, once the
officer proved who they are, sent by one press of a button, so that nothing typed is lost (files are chosen again).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from liaison.node.services.people.sessions import is_confirmed
from liaison.web.entrance.entering import the_session
from liaison.web.site import here

AGAIN, WAITING = "/sign-in/again", "waiting-form"
NOT_KEPT = frozenset({"csrfmiddlewaretoken", "password", "password_again", "present", "code"})
"""What lets somebody in stands in no table, not even for a moment: it is typed again."""
View = Callable[..., HttpResponse]


def recently_signed_in(view: View) -> View:
    """A page for officers who proved who they are within the last five minutes; others are asked again first."""

    @login_required
    @functools.wraps(view)
    def guarded(request: HttpRequest, *parts: Any, **rest: Any) -> HttpResponse:
        if is_confirmed(here(), the_session(request)):
            return view(request, *parts, **rest)
        if request.method == "POST":
            request.session[WAITING] = {"path": request.get_full_path(), "fields": _typed(request)}
        return HttpResponseRedirect(f"{AGAIN}?{urlencode({'next': request.get_full_path()})}")

    guarded.asks_again = True  # type: ignore[attr-defined]
    return guarded


def waiting_form(request: HttpRequest) -> dict[str, Any] | None:
    """The form that waits for the officer to prove who they are, taken out of the session."""
    found: dict[str, Any] | None = request.session.pop(WAITING, None)
    return found


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    return [(name, text) for name, texts in request.POST.lists() if name not in NOT_KEPT for text in texts]
