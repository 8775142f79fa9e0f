"""How does this node stand, and what did its operator decide? The doctor's findings and liaison.toml, for reading.

Invariants: where a node serves several participants its machine belongs to none of them: their administrators see
whether it is well, and ask its operator for the rest.
"""

from __future__ import annotations

from collections import Counter

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from liaison.node.reads.own import hostings
from liaison.node.services.care.doctor import examine
from liaison.node.services.care.findings import State
from liaison.node.services.people.officers import Seat
from liaison.node.services.people.told_trail import serves_one
from liaison.node.wiring import survey
from liaison.officers.permissions import Action
from liaison.web.names import DeskNames
from liaison.web.requests import at_desk
from liaison.web.site import here
from liaison.web.words import found_words


@at_desk(Action.MANAGE_PEOPLE)
@require_GET
def health(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The doctor's findings, what is broken first."""
    order = [State.FAIL, State.WARN, State.OK]
    found = sorted(examine(here(), survey(here().home)), key=lambda each: order.index(each.state))
    counts = Counter(each.state for each in found)
    given = {
        "findings": [(each, *found_words(each)) for each in found] if serves_one(here()) else [],
        "broken": counts[State.FAIL],
        "looked_at": counts[State.WARN],
        "alone": serves_one(here()),
    }
    return render(request, "web/administration/health.html", given)


@at_desk(Action.MANAGE_PEOPLE)
@require_GET
def settings(request: HttpRequest, seat: Seat) -> HttpResponse:
    """What the operator decided, as far as it touches officers."""
    config, names = here().config, DeskNames(here())
    hosted = [each.participant for each in hostings(here(), register=seat.register)] if serves_one(here()) else []
    given = {
        "config": config,
        "name": names.of(seat.register, seat.desk),
        "hosted": len(hosted),
        "free_percent": config.storage.keep_free_percent,
    }
    return render(request, "web/administration/settings.html", given)


ROUTES = [
    path("administration/health", health, name="health"),
    path("administration/settings", settings, name="settings"),
]
