"""How does an officer get in? By an invitation once, and from then on by what they set up with it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from liaison.errors import LiaisonError, NotNowError, UsageError
from liaison.node.config import takes_passkeys
from liaison.node.models import Officer
from liaison.node.services.people.attempts import counted
from liaison.node.services.people.officers import redeem
from liaison.node.services.people.passkeys import ask_passkey, sign_in_with
from liaison.node.services.people.passwords import sign_in as sign_in_by_password
from liaison.node.services.people.sessions import INVITATION
from liaison.node.unit_of_work import unit_of_work
from liaison.web.entrance.ceremonies import answered, asked, fresh_challenge
from liaison.web.entrance.entering import FIRST_WAY_IN, address_of, enter_as, leave_session, site_of
from liaison.web.entrance.reauthentication import waiting_form
from liaison.web.site import here
from liaison.web.words import explained

PURPOSE = "sign-in"


@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Where somebody without a session arrives; the form is that of password and one-time code."""
    if request.method == "GET":
        return sign_in_page(request)
    return attempt(request, "password")


@require_POST
def by_passkey(request: HttpRequest) -> HttpResponse:
    """What passkey.js sends."""
    return attempt(request, "passkey")


def attempt(request: HttpRequest, method: str) -> HttpResponse:
    """Try to sign in; on any refusal the page again, with the login that was typed."""
    try:
        officer = prove(request, method, PURPOSE)
    except LiaisonError as error:
        return sign_in_page(request, error)
    enter_as(request, officer, method)
    return go_on(request, back_to(request))


def go_on(request: HttpRequest, wanted: str) -> HttpResponse:
    """On with what the officer who just proved who they are was doing: the form that waits, or the page."""
    officer: Any = request.user
    waiting = waiting_form(request, officer.pk)
    if waiting is not None:
        return render(request, "web/account/go_on.html", {"waiting": waiting})
    return HttpResponseRedirect(wanted)


def prove(request: HttpRequest, method: str, purpose: str) -> Officer:
    """The officer who proved who they are by this form. Raises UsageError, NotNowError."""
    typed = request.POST
    if method == "passkey":
        with counted(here(), login="", address=address_of(request)):
            return sign_in_with(here(), site_of(request), answered(request, purpose))
    if "password" not in here().config.pages.sign_in:
        raise UsageError("password-not-permitted")
    login = typed.get("login", "")
    with counted(here(), login=login, address=address_of(request)):
        return sign_in_by_password(here(), login=login, password=typed.get("password", ""), code=typed.get("code", ""))


def sign_in_page(request: HttpRequest, error: LiaisonError | None = None) -> HttpResponse:
    """The page with every way in that this node permits."""
    status = 200 if error is None else 429 if isinstance(error, NotNowError) else 400
    given = {
        "problem": explained(error) if error else None,
        "next": request.POST.get("next") or request.GET.get("next", ""),
        "login": request.POST.get("login", ""),
        **ways_in(request),
    }
    return render(request, "web/sign_in.html", given, status=status)


def ways_in(request: HttpRequest) -> dict[str, Any]:
    """What this node's policy and address permit, for templates."""
    permitted = here().config.pages.sign_in
    return {
        "passkeys": "passkey" in permitted and takes_passkeys(site_of(request).origin),
        "passwords": "password" in permitted,
        "provider": bool(here().config.oidc.issuer),
        "hours": here().config.pages.session_hours,
        "idle": here().config.pages.idle_minutes,
    }


@require_GET
def challenge(request: HttpRequest) -> HttpResponse:
    """What passkey.js asks for before it asks the authenticator."""
    drawn = fresh_challenge()
    return asked(request, PURPOSE, drawn, ask_passkey(site_of(request), drawn))


@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """An invitation: opening it shows a button, pressing the button uses it up, so that a link scanner cannot."""
    if request.method == "GET":
        return render(request, "web/join.html")
    with counted(here(), login="", address=address_of(request)):
        officer = redeem(here(), token)
    enter_as(request, officer, INVITATION)
    return HttpResponseRedirect(FIRST_WAY_IN)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this session."""
    leave_session(request)
    response = HttpResponseRedirect("/sign-in")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'  # On a shared PC the way back shows nothing.
    return response


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Speak another language from now on: kept with the officer, or in this browser while nobody is signed in."""
    language = request.POST.get("language", "")
    known = language in dict(settings.LANGUAGES)
    response = HttpResponseRedirect(back_to(request))
    user: Any = request.user
    if known and user.is_authenticated:
        with unit_of_work(here()):
            Officer.objects.filter(pk=user.pk).update(language=language)
    if known:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=365 * 86_400,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


def back_to(request: HttpRequest) -> str:
    """The page of ours that the form named as `next`; the first page for any other address."""
    return safe_path(request, request.POST.get("next", "/"))


def safe_path(request: HttpRequest, wanted: str) -> str:
    """The path, if it is one of ours; the first page otherwise."""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe and wanted.startswith("/") else "/"


ROUTES = [
    path("sign-in", sign_in, name="sign-in"),
    path("sign-in/passkey", by_passkey, name="sign-in-passkey"),
    path("sign-in/challenge", challenge, name="sign-in-challenge"),
    path("sign-out", sign_out, name="sign-out"),
    path("join/<str:token>", join, name="join"),
    path("language", choose_language, name="language"),
]
