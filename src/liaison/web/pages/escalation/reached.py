"""How is an officer told that something waits? Their own ways: add, confirm by a code, try, put in order, remove.

Invariants: what was typed comes back with an error; a change of one's ways asks again who one is; a way is shown with
what went there last, so that nobody believes in a way that does not work.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from liaison.duty.plans import URGENCIES
from liaison.errors import LiaisonError
from liaison.node.services.duty.noticing import choose_notices
from liaison.node.services.escalation import methods
from liaison.node.services.escalation.methods import Way
from liaison.web.entrance.reauthentication import for_officers, recently_signed_in
from liaison.web.pages.duty.naming import weekday_names
from liaison.web.requests import officer_id
from liaison.web.said import after_post
from liaison.web.site import here
from liaison.web.words import explained

HERE = "/account/reached"
EVERY_DAY = frozenset("0123456")
DIGITS = 4


@for_officers
@require_GET
def reached(request: HttpRequest) -> HttpResponse:
    """The officer's ways, with a form for one more."""
    return _page(request)


@recently_signed_in
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """One more way; a code goes there."""
    typed = request.POST

    def act() -> object:
        address = typed.get("address", "")[:2000]
        return methods.add_method(
            here(),
            officer_id(request),
            typed.get("channel", ""),
            address,
            way=_way(request),
            label=typed.get("label", ""),
        )

    return _done(request, act, "method-added")


@for_officers
@require_POST
def confirm(request: HttpRequest, method: int) -> HttpResponse:
    """The code came back."""
    code = request.POST.get("code", "")[:20]
    return _done(request, lambda: methods.confirm_method(here(), officer_id(request), method, code), "method-confirmed")


@for_officers
@require_POST
def code(request: HttpRequest, method: int) -> HttpResponse:
    """Send another code."""
    return _done(request, lambda: methods.send_code_again(here(), officer_id(request), method), "method-code-sent")


@for_officers
@require_POST
def test(request: HttpRequest, method: int) -> HttpResponse:
    """Send a test."""
    return _done(request, lambda: methods.try_method(here(), officer_id(request), method), "method-tested")


@recently_signed_in
@require_POST
def change(request: HttpRequest, method: int) -> HttpResponse:
    """From which urgency on, how late, and at which hours."""
    return _done(request, lambda: methods.change_method(here(), officer_id(request), method, _way(request)), "saved")


@for_officers
@require_POST
def first(request: HttpRequest, method: int) -> HttpResponse:
    """One place further to the front."""
    return _done(request, lambda: methods.move_method(here(), officer_id(request), method), "saved")


@recently_signed_in
@require_POST
def remove(request: HttpRequest, method: int) -> HttpResponse:
    """Use it no more."""
    return _done(request, lambda: methods.remove_method(here(), officer_id(request), method), "method-removed")


@for_officers
@require_POST
def duty(request: HttpRequest) -> HttpResponse:
    """Whether to be told that duty begins and ends."""
    choose_notices(here(), officer_id(request), wanted=request.POST.get("wanted") == "on")
    return after_post(HERE, "saved")


def _way(request: HttpRequest) -> Way:
    minutes = request.POST.get("after", "0").strip() or "0"
    number = int(minutes) if minutes.isascii() and minutes.isdecimal() and len(minutes) < DIGITS else -1
    typed = request.POST
    return Way(
        urgency=typed.get("urgency", ""),
        after_minutes=number,
        weekdays="".join(sorted(typed.getlist("days")))[:14] if set(typed.getlist("days")) != EVERY_DAY else "",
        begins=typed.get("begins", "").strip()[:8],
        ends=typed.get("ends", "").strip()[:8],
        any_time_from=typed.get("any", ""),
    )


def _done(request: HttpRequest, act: Callable[[], object], said: str) -> HttpResponse:
    try:
        act()
    except LiaisonError as error:
        return _page(request, error)
    return after_post(HERE, said)


def _page(request: HttpRequest, error: LiaisonError | None = None) -> HttpResponse:
    user: Any = request.user
    given: dict[str, Any] = {
        "zone": user.zone,
        "duty_notices": user.duty_notices,
        "days": weekday_names(),
        "methods": methods.list_methods(here(), officer_id(request)),
        "channels": here().notifier.channels(),
        "urgencies": URGENCIES,
        "push_key": here().notifier.key("push"),
        "problem": explained(error) if error else None,
        "typed": request.POST,
    }
    return render(request, "web/escalation/reached.html", given, status=400 if error else 200)


ROUTES = [
    path("account/reached", reached, name="reached"),
    path("account/reached/duty", duty, name="reached-duty"),
    path("account/reached/add", add, name="reached-add"),
    path("account/reached/<int:method>/confirm", confirm, name="reached-confirm"),
    path("account/reached/<int:method>/code", code, name="reached-code"),
    path("account/reached/<int:method>/test", test, name="reached-test"),
    path("account/reached/<int:method>/change", change, name="reached-change"),
    path("account/reached/<int:method>/first", first, name="reached-first"),
    path("account/reached/<int:method>/remove", remove, name="reached-remove"),
]
