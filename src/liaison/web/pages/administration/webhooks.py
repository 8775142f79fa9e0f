"""Which programs are told what happens at this desk, did they take it, and where do they listen?

Invariants: what is told is that something happened, where and when, so an administrator may set it up; the secret is
shown once; an address is checked before it is kept, and each time something is sent there.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from liaison.errors import LiaisonError
from liaison.node.services.people.officers import Seat
from liaison.node.services.programs.webhooks import add_webhook, list_webhooks, remove_webhook, send_test, try_again
from liaison.officers.permissions import Action
from liaison.web.entrance.reauthentication import recently_signed_in
from liaison.web.requests import at_desk, officer_id, path_to
from liaison.web.said import after_post
from liaison.web.site import here
from liaison.web.words import explained


@at_desk(Action.MANAGE_PEOPLE)
@require_GET
def webhooks(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The webhooks of the desk with what came of the last events, and a form for one more."""
    return _page(request, seat)


@recently_signed_in
@at_desk(Action.MANAGE_PEOPLE)
@require_POST
def add(request: HttpRequest, seat: Seat) -> HttpResponse:
    """One more webhook; its secret is shown once."""
    url = request.POST.get("url", "").strip()
    try:
        made = add_webhook(here(), seat, url, by=officer_id(request))
    except LiaisonError as error:
        return _page(request, seat, error)
    return render(request, "web/administration/webhook_added.html", {"made": made, "url": url})


@recently_signed_in
@at_desk(Action.MANAGE_PEOPLE)
@require_POST
def remove(request: HttpRequest, seat: Seat, hook: int) -> HttpResponse:
    """Send nothing there any more."""
    remove_webhook(here(), seat, hook, by=officer_id(request))
    return after_post(path_to(seat, "administration/webhooks"), "webhook-removed")


@recently_signed_in
@at_desk(Action.MANAGE_PEOPLE)
@require_POST
def again(request: HttpRequest, seat: Seat, hook: int) -> HttpResponse:
    """Try it at once."""
    try_again(here(), seat, hook, by=officer_id(request))
    return after_post(path_to(seat, "administration/webhooks"), "webhook-tried")


@recently_signed_in
@at_desk(Action.MANAGE_PEOPLE)
@require_POST
def test(request: HttpRequest, seat: Seat, hook: int) -> HttpResponse:
    """Send it an event that tells of nothing."""
    send_test(here(), seat, hook, by=officer_id(request))
    return after_post(path_to(seat, "administration/webhooks"), "webhook-tested")


def _page(request: HttpRequest, seat: Seat, error: LiaisonError | None = None) -> HttpResponse:
    given = {
        "problem": explained(error) if error else None,
        "url": request.POST.get("url", ""),
        "hooks": list_webhooks(here(), seat),
    }
    return render(request, "web/administration/webhooks.html", given, status=400 if error else 200)


ROUTES = [
    path("administration/webhooks", webhooks, name="webhooks"),
    path("administration/webhooks/add", add, name="webhook-add"),
    path("administration/webhooks/<int:hook>/remove", remove, name="webhook-remove"),
    path("administration/webhooks/<int:hook>/test", test, name="webhook-test"),
    path("administration/webhooks/<int:hook>/again", again, name="webhook-try"),
]
