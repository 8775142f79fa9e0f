"""How does an officer get in? By an invitation once, and from then on by what they set up with it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from liaison.node.models import Officer
from liaison.node.services.people.officers import redeem
from liaison.node.unit_of_work import unit_of_work
from liaison.web.site import here

BACKEND = "django.contrib.auth.backends.ModelBackend"


@require_GET
def sign_in(request: HttpRequest) -> HttpResponse:
    """Where somebody without a session arrives."""
    return render(request, "web/sign_in.html")


@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """An invitation: opening it shows a button, pressing the button uses it up, so that a link scanner cannot."""
    if request.method == "GET":
        return render(request, "web/join.html")
    officer = redeem(here(), token)
    login(request, officer, backend=BACKEND)
    return HttpResponseRedirect("/")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this session."""
    logout(request)
    return HttpResponseRedirect("/sign-in")


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
    wanted = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe and wanted.startswith("/") else "/"
