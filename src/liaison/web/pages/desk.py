"""What needs this desk now? The first page an officer sees."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path

from liaison.node.reads.inbox import list_messages
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.names import DeskNames
from liaison.web.requests import at_desk, officer_seats, path_to
from liaison.web.site import here


@login_required
def first(request: HttpRequest) -> HttpResponse:
    """The officer's desk, or the list of them where there are several."""
    found = officer_seats(request)
    if len(found) == 1:
        return HttpResponseRedirect(path_to(found[0]))
    names = DeskNames(here())
    rows = [{"path": path_to(each), "name": names.of(each.register, each.desk), "roles": each.roles} for each in found]
    return render(request, "web/choose_desk.html", {"rows": rows})


@at_desk(Action.READ_METADATA)
def desk(request: HttpRequest, seat: Seat) -> HttpResponse:
    """What waits for this desk."""
    messages = list_messages(here(), own=seat.desk, limit=50)
    return render(request, "web/desk.html", {"messages": messages[::-1]})


ROUTES = [path("", desk, name="desk")]
