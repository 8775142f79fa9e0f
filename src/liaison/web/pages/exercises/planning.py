"""How does an officer plan an exercise: choose a scenario, say who plays, see when it begins for whom, plan it?

    exercises/plan                       the scenarios
    exercises/plan?scenario=hospitals    who plays which role, from when
    POST, go=look                        the plan as it would be, before anybody is told
    POST, go=plan                        planned: everybody who plays is told

Invariants: nothing is kept or told before the officer has seen the plan; what was typed comes back with what is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import translation
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_http_methods

from liaison.duty.exercises.scenario import MOST_BYTES, Scenario, decode_scenario, say_in, shipped_scenarios
from liaison.errors import LiaisonError, UsageError
from liaison.node.reads.recipients import find_players
from liaison.node.services.exercises.planning import Plan, look_at, plan_exercise
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.forms.instants import find_zone, parse_local
from liaison.web.forms.typed import plain_lines
from liaison.web.languages import find_language
from liaison.web.names import DeskNames
from liaison.web.requests import at_desk, officer_id, path_to
from liaison.web.said import after_post
from liaison.web.site import here
from liaison.web.words import explained

MOST_TYPED = 20_000


@dataclass(frozen=True, slots=True)
class _Typed:
    """What stands in the form: a shipped scenario's id, or a whole one."""

    scenario: Scenario
    own: str
    roles: Mapping[str, str]
    begins: str
    waves: bool
    guidance: str


@require_http_methods(["GET", "POST"])
@at_desk(Action.WRITE)
def page(request: HttpRequest, seat: Seat) -> HttpResponse:
    """All steps of the plan."""
    try:
        typed = _typed(request)
    except LiaisonError as error:
        return render(request, "web/exercises/choose.html", _choice(explained(error)), status=400)
    if typed is None:
        return render(request, "web/exercises/choose.html", _choice(None))
    given: dict[str, Any] = {"typed": typed, "roles": _rows(typed), "base": path_to(seat, "exercises/")}
    if request.POST.get("go") not in ("look", "plan"):
        return render(request, "web/exercises/plan.html", given)
    try:
        plan = _plan(request, seat, typed)
        if request.POST["go"] == "plan":
            exercise = plan_exercise(here(), seat, plan, by=officer_id(request))
            return after_post(path_to(seat, f"exercises/{exercise}/"), "exercise-planned")
        names = DeskNames(here())
        begins = [(names.of(seat.register, desk), at) for desk, at in look_at(here(), seat, plan).items()]
    except LiaisonError as error:
        return render(request, "web/exercises/plan.html", given | {"refused": explained(error)}, status=400)
    return render(request, "web/exercises/look.html", given | {"begins": sorted(begins, key=lambda row: row[1])})


def _choice(refused: Any) -> dict[str, Any]:
    found = [_in_own_language(decode_scenario(data)) for data in shipped_scenarios().values()]
    return {"scenarios": found, "refused": refused}


def _typed(request: HttpRequest) -> _Typed | None:
    """What was chosen and typed; None before a scenario is. Raises LiaisonError."""
    data = request.POST or request.GET
    given = request.FILES.get("file")
    own = given.read(MOST_BYTES + 1) if given is not None else data.get("own", "").encode()
    if own or given is not None:
        scenario = decode_scenario(own)
    elif data.get("scenario", "") in shipped_scenarios():
        scenario = _in_own_language(decode_scenario(shipped_scenarios()[data["scenario"]]))
    elif data.get("scenario"):
        raise UsageError("exercise-not-found")
    else:
        return None
    roles = {name: data.get(f"role-{name}", "")[:MOST_TYPED] for name in scenario.roles}
    guidance = plain_lines(data.get("guidance", _guidance())[:MOST_TYPED]).strip()
    return _Typed(scenario, own.decode(), roles, data.get("begins", "")[:40], bool(data.get("waves")), guidance)


def _plan(request: HttpRequest, seat: Seat, typed: _Typed) -> Plan:
    user: Any = request.user
    at: datetime = parse_local(typed.begins, find_zone(user.zone)).astimezone(UTC)
    cast = {
        name: find_players(here(), seat.register, typed.roles[name], role.kind)
        for name, role in typed.scenario.roles.items()
    }
    return Plan(
        scenario=typed.scenario, cast=cast, starts_at=at, zone=user.zone, waves=typed.waves, guidance=typed.guidance
    )


def _rows(typed: _Typed) -> list[dict[str, Any]]:
    return [
        {"name": name, "role": role, "typed": typed.roles[name], "kind": role.kind.value}
        for name, role in typed.scenario.roles.items()
    ]


def _in_own_language(scenario: Scenario) -> Scenario:
    """The scenario in the language of the page, where its texts are translated."""
    language = find_language(translation.get_language())
    if pgettext(scenario.id, scenario.purpose) == scenario.purpose:
        return scenario
    return say_in(scenario, language.tag, lambda text: pgettext(scenario.id, text))


def _guidance() -> str:
    return gettext(
        "This is an exercise. Write what you would write in earnest, to the contact centres that play, and put "
        "exercise control among the recipients, all together in one case. Mark every message as an exercise. "
        "If something real comes in, it goes first: say so on the page of exercises."
    )


ROUTES = [path("exercises/plan", page, name="exercise-plan")]
