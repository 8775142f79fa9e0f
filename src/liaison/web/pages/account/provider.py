"""How does a browser go to the authority's identity provider and come back? With texts kept in its session only."""

from __future__ import annotations

import base64
import hmac
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.views.decorators.http import require_GET

from liaison.errors import LiaisonError, UsageError
from liaison.node.services.people.attempts import counted
from liaison.node.services.people.identity import Flow, ask_provider, told_by_provider
from liaison.node.services.people.sessions import confirm
from liaison.web.entrance.entering import address_of, enter_as, site_of
from liaison.web.pages.sign_in import go_on, safe_path, sign_in_page
from liaison.web.site import here

KEPT, METHOD = "provider-flow", "provider"


@require_GET
def go(request: HttpRequest) -> HttpResponse:
    """On to the provider; for an officer who is signed in, to confirm that it is still them."""
    if not here().config.oidc.issuer:
        raise Http404
    again = getattr(request, "officer_session", None) is not None
    texts = [base64.urlsafe_b64encode(here().entropy.draw(32)).rstrip(b"=").decode() for _ in range(3)]
    flow = _flow(request, texts, again=again)
    try:
        url = ask_provider(here(), flow)
    except LiaisonError as error:
        return sign_in_page(request, error)
    request.session[KEPT] = [*texts, again, request.GET.get("next", "/")]
    return HttpResponseRedirect(url)


@require_GET
def back(request: HttpRequest) -> HttpResponse:
    """From the provider, with a code or without."""
    kept: Any = request.session.pop(KEPT, None)
    try:
        with counted(here(), login="", address=address_of(request)):
            if kept is None or not hmac.compare_digest(kept[0].encode(), request.GET.get("state", "").encode()):
                raise UsageError("sign-in-refused")
            flow = _flow(request, kept[:3], again=kept[3])
            officer = told_by_provider(here(), flow, request.GET.get("code", ""))
            session = getattr(request, "officer_session", None)
            if flow.again and (session is None or session.officer != officer.pk):
                raise UsageError("sign-in-refused")
    except LiaisonError as error:
        return sign_in_page(request, error)
    wanted = safe_path(request, kept[4])
    if flow.again and session is not None:
        confirm(here(), session)
        return go_on(request, wanted)
    enter_as(request, officer, METHOD)
    return go_on(request, wanted)


def _flow(request: HttpRequest, texts: list[str], *, again: bool) -> Flow:
    state, nonce, verifier = texts
    return Flow(f"{site_of(request).origin}/sign-in/provider/back", state, nonce, verifier, again)


ROUTES = [
    path("sign-in/provider", go, name="provider"),
    path("sign-in/provider/back", back, name="provider-back"),
]
