"""How does one request stand: its dates in the zones of both sides, what its text demands, its steps, what comes next?

    requests/c3ab…/            the request             requests/c3ab…/status   (POST) ask, or tell, how it stands
    requests/c3ab…/step        a step at home          requests/c3ab…/seen     (POST) a person here has it
    requests/c3ab…/assistance  (POST) a draft of the request for assistance, begun with what this one says

Invariants: states, codes and times only; what was said is read in the case. Steps are offered to who may write and
read the case. A status is asked with one press and holds nothing but the request it is about.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from liaison.cooperation.clock_rules import Event as Moment
from liaison.cooperation.domestic import AT_HOME
from liaison.cooperation.lifecycle import Side
from liaison.errors import LiaisonError, UsageError
from liaison.messages.forms import latest_form
from liaison.messages.parties import DeskRef
from liaison.node.reads.cooperation.listing import unseen_reminders
from liaison.node.reads.cooperation.showing import Shown, show_request
from liaison.node.reads.desk.regions import zones_of
from liaison.node.services.cooperation.acting import query_status, review, tell_status
from liaison.node.services.cooperation.at_home import Taken, note_step
from liaison.node.services.cooperation.finding import find_request
from liaison.node.services.cooperation.following import carried_over
from liaison.node.services.cooperation.reminding import see_reminders
from liaison.node.services.people.officers import Seat
from liaison.node.services.writing.drafts import begin_draft
from liaison.officers.permissions import Action
from liaison.web.forms import Problem
from liaison.web.forms.carried import carried
from liaison.web.forms.instants import find_zone, parse_local
from liaison.web.names import DeskNames
from liaison.web.pages.cases.naming import case_path, reader_of
from liaison.web.pages.requests.basis import basis_view
from liaison.web.pages.requests.naming import clock_view, request_path, there
from liaison.web.pages.requests.offers import offers
from liaison.web.pages.write.steps import path_of, place_of
from liaison.web.requests import at_desk, officer_id
from liaison.web.said import after_post
from liaison.web.site import here
from liaison.web.words import explained

ASSISTANCE = "assistance-request-mla"
NOT_THERE = frozenset({"request-not-found", "request-ambiguous"})


@require_GET
@at_desk(Action.READ_METADATA)
def page(request: HttpRequest, seat: Seat, root: str) -> HttpResponse:
    """One request."""
    shown, names = _shown(seat, root), DeskNames(here())
    found = shown.request
    others = tuple(each for each in (found.asker, *found.asked) if each != seat.desk)
    zones = zones_of(here(), seat.register, others)
    where = there(seat, names, zones, others)
    readable = reader_of(request, seat).may(found.case)
    writes = seat.may(Action.WRITE) and readable
    unseen = [each for each in unseen_reminders(here(), seat.register, seat.desk) if each.root == found.root]
    given = {
        "shown": shown,
        "found": found,
        "there": where,
        "asker": names.of(seat.register, found.asker),
        "asked": [names.of(seat.register, each) for each in found.asked],
        "ours": shown.side is Side.REQUESTING,
        "clocks": [clock_view(seat, each, where) for each in shown.clocks],
        "basis": basis_view(seat, found, names),
        "offers": offers(seat, shown) if writes else [],
        "unseen": unseen,
        "may_see": seat.may(Action.ACKNOWLEDGE),
        "readable": readable,
        "case": case_path(seat, found.case),
        "here": request_path(seat, found.root),
        "related": [(each, request_path(seat, each.root)) for each in (shown.parent, *shown.followers) if each],
        "now": here().clock.now(),
    }
    return render(request, "web/requests/request.html", given)


def _shown(seat: Seat, root: str) -> Shown:
    """The request. Raises Http404 for one that is not this desk's, UsageError for a destroyed one."""
    try:
        return show_request(here(), seat, root)
    except UsageError as error:
        if error.code in NOT_THERE:
            raise Http404 from error
        raise


@require_POST
@at_desk(Action.WRITE)
def status(request: HttpRequest, seat: Seat, root: str) -> HttpResponse:
    """Ask how it stands, or tell it."""
    shown = _shown(seat, root)
    asks = shown.side is Side.REQUESTING
    gone = (query_status if asks else tell_status)(here(), seat, shown.request.root, by=officer_id(request))
    told = "handed-in" if gone.request else "status-asked" if asks else "status-told"
    return after_post(request_path(seat, shown.request.root), told)


@require_POST
@at_desk(Action.ACKNOWLEDGE)
def seen(request: HttpRequest, seat: Seat, root: str) -> HttpResponse:
    """A person here has it, and has seen its dates."""
    shown = _shown(seat, root)
    found = shown.request
    if shown.side is Side.REQUESTED:
        review(here(), seat, found.root, by=officer_id(request))
    see_reminders(here(), seat, found.case, found.root, by=officer_id(request))
    return after_post(request_path(seat, found.root), "request-seen")


@require_POST
@at_desk(Action.WRITE)
def assistance(request: HttpRequest, seat: Seat, root: str) -> HttpResponse:
    """Begin a request for assistance with what this one and its answers say."""
    shown = _shown(seat, root)
    if not reader_of(request, seat).may(shown.request.case):
        raise Http404
    fields = carried_over(here(), seat, shown.request.root, ASSISTANCE)
    others = find_request(here(), seat, shown.request.root).others(seat.desk)
    typed = carried(latest_form(ASSISTANCE), fields) | {"to": [_key(each) for each in others]}
    officer = officer_id(request)
    number = begin_draft(here(), place_of(seat), officer=officer, form=ASSISTANCE, typed=typed)
    return HttpResponseRedirect(path_of(seat, number, "how"))


def _key(desk: DeskRef) -> str:
    return f"{desk.participant}/{desk.node}/{desk.desk}"


@require_http_methods(["GET", "POST"])
@at_desk(Action.WRITE)
def step(request: HttpRequest, seat: Seat, root: str) -> HttpResponse:
    """Note a step at home."""
    shown = _shown(seat, root)
    if shown.side is not Side.REQUESTED or not reader_of(request, seat).may(shown.request.case):
        raise Http404
    user: Any = request.user
    now = here().clock.now().astimezone(find_zone(user.zone))
    typed = {"moment": "ordered", "at": f"{now:%Y-%m-%dT%H:%M}", "zone": user.zone, "reference": ""}
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        typed |= {name: request.POST.get(name, "").strip() for name in typed}
        problems = _note(request, seat, shown.request.root, typed)
        if not problems:
            return after_post(request_path(seat, shown.request.root), "home-step-noted")
    given: dict[str, Any] = {"typed": typed, "problems": problems, "moments": [each.value for each in AT_HOME]}
    given |= {"found": shown.request, "here": request_path(seat, shown.request.root)}
    return render(request, "web/requests/step.html", given, status=400 if problems else 200)


_AT = {"clock-zone": "zone", "note-too-long": "reference", "request-step-unknown": "moment"}


def _note(request: HttpRequest, seat: Seat, root: str, typed: dict[str, str]) -> tuple[Problem, ...]:
    if typed["moment"] not in {each.value for each in AT_HOME}:
        return (Problem("moment", gettext("Choose what was done.")),)
    try:
        at = parse_local(typed["at"], find_zone(typed["zone"]))
        taken = Taken(Moment(typed["moment"]), at, typed["zone"], typed["reference"])
        note_step(here(), seat, root, taken, by=officer_id(request))
    except LiaisonError as error:
        return (Problem(_AT.get(error.code, "at"), explained(error).what),)
    return ()


ROUTES = [
    path("requests/<slug:root>/", page, name="request"),
    path("requests/<slug:root>/status", status, name="request-status"),
    path("requests/<slug:root>/seen", seen, name="request-seen"),
    path("requests/<slug:root>/assistance", assistance, name="request-assistance"),
    path("requests/<slug:root>/step", step, name="request-step"),
]
