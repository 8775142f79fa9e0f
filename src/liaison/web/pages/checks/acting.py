"""What can be done about checks? Look at a node now, ask for a person now, and say how often persons are asked.

Invariants: a POST each; what reaches many is done by the worker, so that no page waits for a silent node; a desk that
is named and is not in the register is not there.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from liaison.duty.checks.schedule import Cadence
from liaison.errors import UsageError
from liaison.messages.parties import DeskRef, NodeRef
from liaison.node.reads.writing.drafts import Place
from liaison.node.services.checks import persons
from liaison.node.services.checks.asking import check_desk, look_at_all, peers_of
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.pages.write.cards import read_key
from liaison.web.requests import at_desk, officer_id, path_to
from liaison.web.said import after_post
from liaison.web.site import here

SHORT = 16


@require_POST
@at_desk(Action.WRITE)
def run(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Look at one node now, or have the worker look at all of them."""
    if not request.POST.get("desk"):
        look_at_all(here(), officer=officer_id(request))
        return after_post(path_to(seat, "checks/"), "checks-begun")
    own, desk = _named(request, seat)
    check_desk(here(), seat.register, own, desk)
    return after_post(_history(seat, desk), "check-made")


@require_POST
@at_desk(Action.WRITE)
def ask(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Ask a person at one contact centre, or at each of them."""
    node, place = here(), Place(seat.register, seat.desk)
    one = bool(request.POST.get("desk"))
    desks = [_named(request, seat)[1]] if one else persons.askable(node, place)
    asked = persons.ask_persons(node, place, desks, officer=officer_id(request))
    if one and asked.failed:
        raise UsageError("person-not-asked", reason=asked.failed[0][1])
    back = _history(seat, desks[0]) if one else path_to(seat, "checks/")
    return after_post(back, "persons-asked-some" if asked.failed else "persons-asked")


@require_POST
@at_desk(Action.SET_RULES)
def plan(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Say how often persons at the other desks are asked."""
    cadence = request.POST.get("cadence", "")
    if cadence not in list(Cadence):
        raise Http404
    persons.plan_checks(here(), Place(seat.register, seat.desk), Cadence(cadence), officer=officer_id(request))
    return after_post(path_to(seat, "checks/"), "saved")


def _named(request: HttpRequest, seat: Seat) -> tuple[NodeRef, DeskRef]:
    """The node of ours that looks, and the desk of the register that the form names. Raises Http404."""
    desk = read_key(request.POST.get("desk", "")[:200])
    found = next((each for each in peers_of(here(), seat.register) if each[1] == desk), None)
    if found is None:
        raise Http404
    return found


def _history(seat: Seat, desk: DeskRef) -> str:
    return path_to(seat, f"checks/{desk.participant[:SHORT]}/{desk.desk}/")


ROUTES = [
    path("checks/run", run, name="checks-run"),
    path("checks/ask", ask, name="checks-ask"),
    path("checks/plan", plan, name="checks-plan"),
]
