"""How does an officer prove once more who they are? With any way in they have; then what they were doing goes on."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods

from liaison.errors import LiaisonError, NotNowError, UsageError
from liaison.node.services.people.factors import factors
from liaison.node.services.people.passkeys import ask_passkey
from liaison.node.services.people.sessions import confirm
from liaison.web.entrance.ceremonies import asked, fresh_challenge
from liaison.web.entrance.entering import site_of, the_session
from liaison.web.entrance.reauthentication import for_officers
from liaison.web.pages.sign_in import back_to, go_on, prove, ways_in
from liaison.web.site import here
from liaison.web.words import explained

PURPOSE = "again"


@for_officers
@require_http_methods(["GET", "POST"])
def again(request: HttpRequest) -> HttpResponse:
    """Ask for a passkey, or password and code, of the officer who is signed in."""
    if request.method == "GET":
        return _page(request)
    try:
        method = "passkey" if "credential" in request.POST else "password"
        officer: Any = prove(request, method, PURPOSE)
        if officer.pk != the_session(request).officer:
            raise UsageError("sign-in-refused")
    except LiaisonError as error:
        return _page(request, error)
    confirm(here(), the_session(request))
    return go_on(request, back_to(request))


@for_officers
@require_GET
def challenge(request: HttpRequest) -> HttpResponse:
    """What passkey.js asks for before it asks the authenticator."""
    drawn = fresh_challenge()
    return asked(request, PURPOSE, drawn, ask_passkey(site_of(request), drawn))


def _page(request: HttpRequest, error: LiaisonError | None = None) -> HttpResponse:
    status = 200 if error is None else 429 if isinstance(error, NotNowError) else 400
    given = {
        "problem": explained(error) if error else None,
        "next": request.POST.get("next") or request.GET.get("next", "/"),
        "have": factors(here(), the_session(request).officer),
        **ways_in(request),
    }
    return render(request, "web/account/again.html", given, status=status)


ROUTES = [
    path("sign-in/again", again, name="again"),
    path("sign-in/again/challenge", challenge, name="again-challenge"),
]
