"""What is there about the code of conduct? One page that leads to the others."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.requests import at_desk


@require_GET
@at_desk(Action.READ_METADATA)
def page(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The list of pages."""
    return render(request, "web/conduct/help/index.html", {"reads": seat.may(Action.READ_CASE)})


ROUTES = [path("conduct/", page, name="conduct")]
