"""What waits of what a notification told me of? One list a code, over all desks of the officer.

    told?code=4821        type the code that stood in the notification
    told/4821             what it told of, with the button to acknowledge each

Invariants: only what this officer was told, and of those only what is at a desk where they have a role; the list shows
no title and no sender: those stand in the case.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from liaison.node.reads.duty.told import told_of
from liaison.officers.permissions import Action
from liaison.web.names import DeskNames
from liaison.web.pages.cases.naming import case_path
from liaison.web.requests import officer_id, officer_seats, path_to
from liaison.web.site import here

DIGITS = 4


@login_required
@require_GET
def told(request: HttpRequest, code: str = "") -> HttpResponse:
    """The list of a code, or the form for one."""
    typed = "".join(request.GET.get("code", "").split())[:DIGITS]
    if typed and not code:
        return HttpResponseRedirect(f"/told/{typed}" if typed.isascii() and typed.isdecimal() else "/told")
    desks = [found for seat in officer_seats(request) if (found := _desk(request, seat, code))["rows"]] if code else []
    return render(request, "web/escalation/list.html", {"code": code[:DIGITS], "desks": desks})


def _desk(request: HttpRequest, seat: Any, code: str) -> dict[str, Any]:
    """What was told of one desk; nothing where the officer may not see that something waits."""
    if not seat.may(Action.READ_METADATA):
        return {"rows": []}
    found = told_of(here(), seat.register, seat.desk, officer=officer_id(request), code=code[:DIGITS])
    rows = [{"each": each, "path": case_path(seat, each.case)} for each in found]
    return {
        "name": DeskNames(here()).of(seat.register, seat.desk),
        "base": path_to(seat),
        "rows": rows,
        "may_acknowledge": seat.may(Action.ACKNOWLEDGE),
    }


ROUTES = [path("told", told, name="told"), path("told/<str:code>", told, name="told-code")]
