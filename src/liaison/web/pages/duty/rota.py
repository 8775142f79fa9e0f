"""Which layers does the rota have, and which holidays? For whoever makes the rules of the desk.

    duty/rota?layer=Nights      the layers in order, the form filled in with one of them, holidays
    duty/rota/drop  /raise      (POST) a layer by its name
    duty/holidays  /drop        (POST) a day

Invariants: a form that was not understood comes back as it was typed, with what is wrong beside it.
"""

from __future__ import annotations

import zoneinfo
from datetime import date, datetime, time
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST

from liaison.duty.rota import DAY, WEEK, Layer, Window
from liaison.errors import LiaisonError, UsageError
from liaison.node.reads.duty.rotas import people, rota_of
from liaison.node.reads.duty.showing import holidays
from liaison.node.services.duty.rotas import drop_holiday, drop_layer, keep_holiday, keep_layer, raise_layer
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.pages.duty.naming import Naming, problem_of, rhythm_of, typed_of, weekday_names
from liaison.web.requests import at_desk, officer_id, path_to
from liaison.web.said import after_post
from liaison.web.site import here

RHYTHMS = {"daily": DAY, "weekly": WEEK}


@require_http_methods(["GET", "POST"])
@at_desk(Action.SET_RULES)
def rota(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The layers, and a form for one."""
    if request.method == "GET":
        return _page(request, seat, {})
    try:
        keep_layer(here(), seat, _layer(request), by=officer_id(request))
    except LiaisonError as error:
        typed = typed_of(request) | {"weekdays": request.POST.getlist("weekday")}
        return _page(request, seat, {"typed": typed, "problems": (problem_of(error, "name"),)}, status=400)
    return after_post(path_to(seat, "duty/rota"), "layer-kept")


def _layer(request: HttpRequest) -> Layer:
    typed = request.POST
    day, handed = _day(typed.get("first_day", "")), _time(typed.get("handover", ""), "duty-first-turn")
    hours = RHYTHMS.get(typed.get("rhythm", ""), _number(typed.get("hours", "")))
    places = {name[6:]: _number(value) for name, value in typed.items() if name.startswith("place-") and value.strip()}
    if 0 in places.values():
        raise UsageError("duty-places")
    members = tuple(sorted(places, key=lambda each: places[each]))
    window = None
    if typed.get("when") == "hours":
        days = frozenset(int(each) for each in typed.getlist("weekday") if each in "0123456" and each)
        window = Window(days, *(_time(typed.get(name, ""), "duty-hours") for name in ("from", "to")))
    name, zone = typed.get("name", "").strip(), typed.get("zone", "").strip()
    return Layer(name, zone, datetime.combine(day, handed), hours, members, window, typed.get("rests") != "on")


def _page(request: HttpRequest, seat: Seat, given: dict[str, Any], *, status: int = 200) -> HttpResponse:
    place = (here(), seat.register, seat.desk)
    found, known = rota_of(*place), people(*place)
    members = {int(officer) for layer in found.layers for officer in layer.members}
    named = Naming(officer_id(request), seat, {*known, *members})
    chosen = next((each for each in found.layers if each.name == request.GET.get("layer")), None)
    typed = given.get("typed") or (_typed_layer(chosen) if chosen else _fresh(request))
    shown = {
        "rows": [
            {"layer": each, "names": named.all(each.members), "rhythm": rhythm_of(each), "days": _days(each)}
            for each in found.layers
        ],
        "people": [(str(each.id), each.name, typed.get(f"place-{each.id}", "")) for each in known.values()],
        "zones": sorted(zoneinfo.available_timezones()),
        "weekdays": [(code, word, code in typed.get("weekdays", ())) for code, word in weekday_names()],
        "holidays": holidays(*place),
        "editing": chosen.name if chosen else "",
        "day": "",
    }
    return render(request, "web/duty/rota.html", shown | given | {"typed": typed}, status=status)


def _typed_layer(layer: Layer) -> dict[str, Any]:
    """What the form shows of a layer."""
    window = layer.window
    places = {f"place-{officer}": str(number) for number, officer in enumerate(layer.members, start=1)}
    return places | {
        "name": layer.name,
        "zone": layer.zone,
        "first_day": layer.first.date().isoformat(),
        "handover": f"{layer.first:%H:%M}",
        "rhythm": rhythm_of(layer),
        "hours": str(layer.hours),
        "when": "hours" if window else "always",
        "weekdays": [str(each) for each in window.weekdays] if window else [],
        "from": f"{window.begins:%H:%M}" if window else "",
        "to": f"{window.ends:%H:%M}" if window else "",
        "rests": "" if layer.on_holidays else "on",
    }


def _fresh(request: HttpRequest) -> dict[str, Any]:
    user: Any = request.user
    today = here().clock.now().date().isoformat()
    return {"zone": user.zone, "first_day": today, "handover": "08:00", "rhythm": "weekly", "when": "always"}


def _days(layer: Layer) -> list[str]:
    words = dict(weekday_names())
    return [words[str(each)] for each in sorted(layer.window.weekdays)] if layer.window else []


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError("duty-day") from None


def _time(text: str, code: str) -> time:
    try:
        return time.fromisoformat(text[:5])
    except ValueError:
        if code == "duty-first-turn":
            raise UsageError(code, after=2000, before=2200) from None
        raise UsageError("duty-hours") from None


def _number(text: str) -> int:
    """A small whole number; 0 for anything else, which is then refused."""
    return int(text) if text.strip().isascii() and text.strip().isdecimal() and len(text) < len("100000") else 0


@require_POST
@at_desk(Action.SET_RULES)
def drop(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Drop a layer."""
    drop_layer(here(), seat, request.POST.get("layer", ""), by=officer_id(request))
    return after_post(path_to(seat, "duty/rota"), "layer-dropped")


@require_POST
@at_desk(Action.SET_RULES)
def put_first(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Have a layer answer one place earlier."""
    raise_layer(here(), seat, request.POST.get("layer", ""), by=officer_id(request))
    return after_post(path_to(seat, "duty/rota"), "saved")


@require_POST
@at_desk(Action.SET_RULES)
def holiday(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Keep a holiday."""
    try:
        day = _day(request.POST.get("day", ""))
        keep_holiday(here(), seat, day, request.POST.get("holiday", ""), by=officer_id(request))
    except UsageError as error:
        given = {"day": request.POST.get("day", ""), "problems": (problem_of(error, "day"),)}
        return _page(request, seat, given, status=400)
    return after_post(path_to(seat, "duty/rota"), "saved")


@require_POST
@at_desk(Action.SET_RULES)
def no_holiday(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Take a holiday away."""
    drop_holiday(here(), seat, _day(request.POST.get("day", "")), by=officer_id(request))
    return after_post(path_to(seat, "duty/rota"), "saved")


ROUTES = [
    path("duty/rota", rota, name="duty-rota"),
    path("duty/rota/drop", drop, name="duty-layer-drop"),
    path("duty/rota/raise", put_first, name="duty-layer-raise"),
    path("duty/holidays", holiday, name="duty-holiday"),
    path("duty/holidays/drop", no_holiday, name="duty-holiday-drop"),
]
