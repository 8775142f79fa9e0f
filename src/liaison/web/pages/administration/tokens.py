"""Which programs work for this desk, with which tokens, and how does one more get in?

Invariants: an officer makes tokens for themselves alone, with scopes that their own roles allow; they see and end their
own, an administrator those of everybody at the desk; a token is shown once, on the answer to the press that made it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from liaison.errors import LiaisonError
from liaison.node.services.people.officers import Seat
from liaison.node.services.programs.tokens import Wanted, end_token, list_tokens, make_token
from liaison.officers.permissions import Action
from liaison.officers.tokens import NEEDS, Scope, read_scopes
from liaison.web.entrance.reauthentication import recently_signed_in
from liaison.web.requests import at_desk, officer_id, path_to
from liaison.web.said import after_post
from liaison.web.site import here
from liaison.web.words import explained

SCOPE_NAMES: Mapping[Scope, Any] = MappingProxyType(
    {
        Scope.LOOK_UP: gettext_lazy("Look up who answers for addresses and names"),
        Scope.READ_REGISTER: gettext_lazy("Read the register and its proofs"),
        Scope.READ_METADATA: gettext_lazy("List cases and messages, and hear what happens, without what was said"),
        Scope.READ_CASES: gettext_lazy("Read what cases say, and their files"),
        Scope.ACKNOWLEDGE: gettext_lazy("Acknowledge messages when a person has seen them"),
        Scope.SEND: gettext_lazy("Send messages and files in the name of the desk"),
    }
)
DAYS = (30, 90, 180, 366)


@at_desk(Action.READ_METADATA)
@require_GET
def tokens(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The tokens of the desk, and a form for one more."""
    return _page(request, seat)


@recently_signed_in
@at_desk(Action.READ_METADATA)
@require_POST
def make(request: HttpRequest, seat: Seat) -> HttpResponse:
    """A token for oneself, shown once."""
    typed, days = request.POST, request.POST.get("days", "")
    try:
        wanted = Wanted(
            name=typed.get("name", "").strip(),
            officer=officer_id(request),
            scopes=read_scopes(typed.getlist("scope")),
            days=int(days) if days in set(map(str, DAYS)) else 0,
        )
        made = make_token(here(), seat, wanted, by=officer_id(request))
    except LiaisonError as error:
        return _page(request, seat, error)
    given = {"made": made, "name": wanted.name, "manages": seat.may(Action.MANAGE_PEOPLE)}
    return render(request, "web/administration/token_made.html", given)


@recently_signed_in
@at_desk(Action.READ_METADATA)
@require_POST
def end(request: HttpRequest, seat: Seat, token: int) -> HttpResponse:
    """End a token."""
    end_token(here(), seat, token, by=officer_id(request))
    return after_post(path_to(seat, "administration/tokens"), "token-ended")


def _page(request: HttpRequest, seat: Seat, error: LiaisonError | None = None) -> HttpResponse:
    manages = seat.may(Action.MANAGE_PEOPLE)
    rows = list_tokens(here(), seat, officer=None if manages else officer_id(request))
    ticked = request.POST.getlist("scope")
    given = {
        "problem": explained(error) if error else None,
        "typed": request.POST,
        "rows": [(each, [_words(name) for name in each.scopes]) for each in rows],
        "boxes": [(each.value, words, each in ticked) for each, words in SCOPE_NAMES.items() if seat.may(NEEDS[each])],
        "days": [(each, str(each) == request.POST.get("days", "90")) for each in DAYS],
        "manages": manages,
        "audits": seat.may(Action.READ_AUDIT),
        "api": f"{here().config.pages.url}/api/v1/",
    }
    return render(request, "web/administration/tokens.html", given, status=400 if error else 200)


def _words(name: str) -> Any:
    return SCOPE_NAMES[Scope(name)] if name in set(Scope) else name


ROUTES = [
    path("administration/tokens", tokens, name="tokens"),
    path("administration/tokens/make", make, name="token-make"),
    path("administration/tokens/<int:token>/end", end, name="token-end"),
]
