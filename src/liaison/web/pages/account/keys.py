"""How does an officer get a way to sign in, and take one away? Passkeys; password with one-time codes."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import segno
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from liaison.errors import LiaisonError, NotNowError, UsageError
from liaison.node.services.people.attempts import counted
from liaison.node.services.people.factors import remove_one_time_codes, remove_passkey
from liaison.node.services.people.passkeys import add_passkey, begin_passkey
from liaison.node.services.people.passwords import renew_recovery_codes, require_present, set_up
from liaison.node.services.people.sessions import confirm
from liaison.officers.one_time import SEED, enrolment_uri, seed_text
from liaison.web.entrance.ceremonies import answered, asked, fresh_challenge
from liaison.web.entrance.entering import address_of, site_of, the_session
from liaison.web.entrance.reauthentication import for_officers, recently_signed_in
from liaison.web.pages.sign_in import ways_in
from liaison.web.said import after_post
from liaison.web.site import here
from liaison.web.words import explained

PURPOSE = "passkey"


@for_officers
@require_GET
def first(request: HttpRequest) -> HttpResponse:
    """After an invitation: set up a way to sign in from now on."""
    if not the_session(request).only_invited:
        return HttpResponseRedirect("/account")
    return render(request, "web/account/first.html", ways_in(request))


@recently_signed_in
@require_GET
def challenge(request: HttpRequest) -> HttpResponse:
    """What passkey.js asks for before a passkey is made."""
    drawn = fresh_challenge()
    return asked(request, PURPOSE, drawn, begin_passkey(here(), _officer(request), site_of(request), drawn))


@recently_signed_in
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Keep the passkey that the browser made."""
    if not ways_in(request)["passkeys"]:
        raise UsageError("passkey-not-made")
    answer = answered(request, PURPOSE)
    add_passkey(here(), _officer(request), site_of(request), answer, name=request.POST.get("name", ""))
    first_way = _let_in(request, "passkey")
    return HttpResponseRedirect("/") if first_way else after_post("/account", "passkey-added")


@recently_signed_in
@require_POST
def remove(request: HttpRequest, passkey: int) -> HttpResponse:
    """Take one passkey away."""
    remove_passkey(here(), _officer(request).pk, passkey)
    return after_post("/account", "passkey-removed")


@recently_signed_in
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Set password and one-time codes up; the recovery codes are shown once, in the answer."""
    if "password" not in here().config.pages.sign_in:
        raise UsageError("password-not-permitted")
    if request.method == "GET":
        return _password_page(request)
    typed = request.POST
    try:
        if typed.get("password", "") != typed.get("password_again", ""):
            raise UsageError("passwords-differ")
        with counted(here(), login=_officer(request).login, address=address_of(request)):
            require_present(_officer(request), typed.get("present", ""))
        codes = set_up(
            here(),
            _officer(request),
            password=typed.get("password", ""),
            seed=_seed(request),
            code=typed.get("code", ""),
        )
    except LiaisonError as error:
        return _password_page(request, error)
    _keep_signed_in(request)
    _let_in(request, "password")
    return render(request, "web/account/codes.html", {"codes": codes})


def _password_page(request: HttpRequest, error: LiaisonError | None = None) -> HttpResponse:
    seed, officer = _seed(request), _officer(request)
    uri = enrolment_uri(seed, login=officer.login, issuer=f"Liaison {site_of(request).host}")
    drawing = segno.make(uri, error="m").svg_inline(scale=4, border=2, omitsize=True, svgclass="qr", lineclass=None)
    given = {
        "problem": explained(error) if error else None,
        "seed": seed_text(seed),
        "drawing": mark_safe(drawing),  # noqa: S308 (segno draws it)
        "replaces": officer.has_usable_password(),
    }
    status = 200 if error is None else 429 if isinstance(error, NotNowError) else 400
    return render(request, "web/account/password.html", given, status=status)


@recently_signed_in
@require_POST
def remove_password(request: HttpRequest) -> HttpResponse:
    """Take password and codes away."""
    remove_one_time_codes(here(), _officer(request).pk)
    request.user.refresh_from_db()
    _keep_signed_in(request)
    return after_post("/account", "password-removed")


@recently_signed_in
@require_POST
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Fresh recovery codes, shown once, in the answer."""
    return render(request, "web/account/codes.html", {"codes": renew_recovery_codes(here(), _officer(request))})


def _officer(request: HttpRequest) -> Any:
    return request.user


def _seed(request: HttpRequest) -> bytes:
    """The seed this session would set up: the same until it is, and kept nowhere before."""
    told = f"liaison.one-time-codes.v1\0{the_session(request).key_hash}".encode()
    return hmac.digest(settings.SECRET_KEY.encode(), told, hashlib.sha256)[:SEED]


def _keep_signed_in(request: HttpRequest) -> None:
    """A changed password ends the other sessions of Django; this one goes on under the same key."""
    request.session[HASH_SESSION_KEY] = _officer(request).get_session_auth_hash()


def _let_in(request: HttpRequest, method: str) -> bool:
    """Turn the session of an invitation into a full one; False if it was one already."""
    session = the_session(request)
    if session.only_invited:
        confirm(here(), session, method)
    return session.only_invited


ROUTES = [
    path("account/first", first, name="first-way-in"),
    path("account/passkeys/challenge", challenge, name="passkey-challenge"),
    path("account/passkeys/add", add, name="passkey-add"),
    path("account/passkeys/<int:passkey>/remove", remove, name="passkey-remove"),
    path("account/password", password, name="password"),
    path("account/password/remove", remove_password, name="password-remove"),
    path("account/recovery-codes", recovery_codes, name="recovery-codes"),
]
