"""What does somebody see who opens the link of a notification? How urgent it is, its code, and one button.

Invariants: opening changes nothing, because programs that look for dangerous links open them too; the page shows
nothing of any message, and no name; whoever is not signed in stays so. The address goes to no other site (the policy of
all pages), and to this one it has to: a browser that names no origin with the press is refused as a forgery.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_http_methods

from liaison.node.services.escalation.one_tap import find_tap, press
from liaison.web.site import here


@require_http_methods(["GET", "POST"])
def have(request: HttpRequest, token: str) -> HttpResponse:
    """The page with the one button, and what pressing it does."""
    pressed = request.method == "POST"
    tap = press(here(), token) if pressed else find_tap(here(), token)
    return render(request, "web/escalation/have.html", {"tap": tap, "pressed": pressed})


ROUTES = [path("have/<str:token>", have, name="have")]
