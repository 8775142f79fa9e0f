"""How does an officer leave? One press ends their access; the rest is a list, ticked one step after the other."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST

from liaison.errors import UsageError
from liaison.node.services.people.leaving import BY_HAND, begin_leaving, tick
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.entrance.reauthentication import recently_signed_in
from liaison.web.pages.administration.people import path_of, person_here, person_page, signed_in
from liaison.web.requests import at_desk
from liaison.web.said import after_post
from liaison.web.site import here


@recently_signed_in
@at_desk(Action.MANAGE_PEOPLE)
@require_http_methods(["GET", "POST"])
def leave(request: HttpRequest, seat: Seat, officer: int) -> HttpResponse:
    """Say what will happen, then do it."""
    person = person_here(seat, officer)
    if request.method == "GET":
        return render(request, "web/administration/leave.html", {"person": person})
    begin_leaving(here(), seat, officer, by=signed_in(request))
    return after_post(path_of(seat, officer), "leaving-begun")


@recently_signed_in
@at_desk(Action.MANAGE_PEOPLE)
@require_POST
def done(request: HttpRequest, seat: Seat, officer: int, step: str) -> HttpResponse:
    """Tick one step."""
    person_here(seat, officer)
    if step not in BY_HAND:
        raise Http404
    try:
        tick(here(), seat, officer, step, by=signed_in(request))
    except UsageError as error:
        return person_page(request, seat, officer, error)
    return after_post(path_of(seat, officer), "step-done")


ROUTES = [
    path("administration/officers/<int:officer>/leave", leave, name="officer-leave"),
    path("administration/officers/<int:officer>/leave/<slug:step>", done, name="officer-leave-step"),
]
