"""Which rules does the desk have: who clears what, and how long are cases kept?

    administration/clearance      the table of clearance, a form for one more rule
    administration/retention      the table of retention, holds, what is due now and soon, what destroyed cases left

Invariants: directory managers and administrators make rules; both see identifiers, forms and dates, never what a case
says; a form that was not understood comes back with what was typed.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST

from liaison.errors import LiaisonError
from liaison.messages.forms import code_list, forms, latest_form
from liaison.node.reads.inside import retention as kept
from liaison.node.reads.inside.rules import approvers, clearance_rules, retention_rules
from liaison.node.services.inside.rules import (
    drop_rule,
    hold,
    lift_hold,
    make_clearance_rule,
    make_retention_rule,
)
from liaison.node.services.people.officers import Seat
from liaison.officers import clearance, retention
from liaison.officers.permissions import Action
from liaison.web.requests import at_desk, officer_id, path_to
from liaison.web.said import after_post
from liaison.web.site import here
from liaison.web.words import explained, form_word

AHEAD = timedelta(days=30)


@require_http_methods(["GET", "POST"])
@at_desk(Action.SET_RULES)
def clearance_page(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The table of clearance."""
    refused = None
    if request.method == "POST":
        try:
            make_clearance_rule(here(), seat, _clearance_rule(request), by=officer_id(request))
            return after_post(path_to(seat, "administration/clearance"), "rule-made")
        except LiaisonError as error:
            refused = explained(error)
    given = {
        "rules": clearance_rules(here(), seat.register, seat.desk),
        "nobody_clears": not approvers(here(), seat.register, seat.desk),
        "forms": _forms(but=clearance.NEVER_WAITS),
        "urgencies": list(code_list("urgency")),
        "demands": list(clearance.Demand),
        "silences": list(clearance.Silence),
        "typed": request.POST,
        "refused": refused,
        "manages": seat.may(Action.MANAGE_PEOPLE),
    }
    return render(request, "web/inside/clearance_rules.html", given, status=400 if refused else 200)


def _clearance_rule(request: HttpRequest) -> clearance.Rule:
    typed = request.POST
    demand = _one_of(clearance.Demand, typed.get("demand", ""))
    silence = _one_of(clearance.Silence, typed.get("silence", clearance.Silence.RETURNS.value))
    within = timedelta(minutes=_number(typed.get("minutes", "")) or 0)
    return clearance.Rule(typed.get("form", ""), typed.get("urgency", ""), demand, within, silence)


@require_http_methods(["GET", "POST"])
@at_desk(Action.SET_RULES)
def retention_page(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The table of retention, and what it will do."""
    refused = None
    if request.method == "POST":
        try:
            code = _change_retention(request, seat)
            return after_post(path_to(seat, "administration/retention"), code)
        except LiaisonError as error:
            refused = explained(error)
    place = (here(), seat.register, seat.desk)
    now = here().clock.now()
    given = {
        "rules": retention_rules(*place),
        "forms": _forms(),
        "ladder": here().config.markings.ladder,
        "holds": kept.holds(*place),
        "due": kept.plan_retention(*place),
        "soon": kept.plan_retention(*place, at=now + AHEAD),
        "stubs": kept.stubs(*place),
        "ahead": AHEAD.days,
        "typed": request.POST,
        "refused": refused,
        "manages": seat.may(Action.MANAGE_PEOPLE),
    }
    return render(request, "web/inside/retention_rules.html", given, status=400 if refused else 200)


def _change_retention(request: HttpRequest, seat: Seat) -> str:
    typed, by = request.POST, officer_id(request)
    if typed.get("what") == "hold":
        hold(here(), seat, typed.get("case", "").strip(), typed.get("reason", ""), by=by)
        return "hold-set"
    if typed.get("what") == "lift":
        lift_hold(here(), seat, typed.get("case", ""), by=by)
        return "hold-lifted"
    days = [_number(typed.get(name, "")) for name in ("close", "archive", "destroy")]
    rule = retention.Rule(typed.get("form", ""), typed.get("marking", "").strip(), *days)
    make_retention_rule(here(), seat, rule, by=by)
    return "rule-made"


@require_POST
@at_desk(Action.SET_RULES)
def drop(request: HttpRequest, seat: Seat, kind: str, number: int) -> HttpResponse:
    """Take a rule away."""
    if kind not in ("clearance", "retention"):
        raise Http404
    drop_rule(here(), seat, kind, number, by=officer_id(request))
    return after_post(path_to(seat, f"administration/{kind}"), "rule-dropped")


@at_desk(Action.SET_RULES)
def stub(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """The signed statement of what stood in a destroyed case, as a file."""
    found = kept.read_stub(here(), seat.register, seat.desk, number)
    if found is None:
        raise Http404
    case, data = found
    response = HttpResponse(data, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="stub-{case}.json"'
    return response


def _forms(*, but: frozenset[str] = frozenset()) -> list[tuple[str, str]]:
    names = sorted({name for name, _ in forms()} - but)
    return [(name, form_word(latest_form(name))) for name in names]


def _one_of(codes: Any, code: str) -> Any:
    if code not in list(codes):
        raise Http404
    return codes(code)


def _number(text: str) -> int | None:
    """The days or minutes that were typed; nothing for an empty input, 0 for what is no number and is then refused."""
    if not text.strip():
        return None
    return int(text) if text.strip().isascii() and text.strip().isdecimal() and len(text) < len("1000000") else 0


ROUTES = [
    path("administration/clearance", clearance_page, name="clearance-rules"),
    path("administration/retention", retention_page, name="retention-rules"),
    path("administration/<str:kind>/<int:number>/drop", drop, name="rule-drop"),
    path("administration/retention/stub/<int:number>", stub, name="case-stub"),
]
