"""How do officers, layers and days of duty stand on a page?

Invariants: officers are named to people of their own desk alone; the one who reads is called "you".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from babel.dates import get_day_names
from django.http import HttpRequest
from django.utils.translation import gettext

from liaison.duty.rota import DAY, WEEK, Layer
from liaison.duty.shifts import Shift
from liaison.errors import LiaisonError
from liaison.node.reads.duty.rotas import at_the_desk, names
from liaison.node.services.people.officers import Seat
from liaison.web.forms import Problem
from liaison.web.site import here
from liaison.web.words import babel_locale, explained

PERIODS = (timedelta(hours=1), timedelta(hours=2), timedelta(hours=4), timedelta(hours=8), timedelta(hours=12))
INPUTS = {
    "duty-layer-name": "name",
    "duty-zone": "zone",
    "duty-turn-length": "hours",
    "duty-first-turn": "first_day",
    "duty-members": "members",
    "duty-not-an-officer": "members",
    "duty-places": "members",
    "duty-weekdays": "weekdays",
    "duty-hours": "from",
    "duty-spell": "ends",
    "duty-spell-over": "ends",
    "duty-day": "day",
    "handover-note-words": "words",
    "time-not-read": "begins",
    "time-skipped": "begins",
}


class Naming:
    """Names of a desk's officers, read once a page."""

    def __init__(self, me: int, seat: Seat, wanted: Iterable[int | str]) -> None:
        self.me = me
        self.known = names(here(), seat.register, seat.desk, {int(each) for each in wanted})

    def of(self, officer: int | str) -> str:
        """What an officer is called on this page."""
        if int(officer) == self.me:
            return gettext("you")
        return self.known.get(int(officer), gettext("somebody who left"))

    def all(self, officers: Iterable[int | str]) -> list[str]:
        """Several, in their order."""
        return [self.of(each) for each in officers]

    def table(self, officers: Iterable[str]) -> Mapping[str, str]:
        """Names by id, for a drawing."""
        return {each: self.of(each) for each in officers}


def officers_of(found: Iterable[Shift]) -> set[str]:
    """Everybody who stands in shifts."""
    return {officer for each in found for officer in each.officers}


def weekday_names() -> list[tuple[str, str]]:
    """The days of the week by their digit, from Monday."""
    found: Mapping[int, str] = get_day_names("abbreviated", context="stand-alone", locale=babel_locale())
    return [(str(number), found[number]) for number in range(7)]


def rhythm_of(layer: Layer) -> str:
    """How often a layer is handed over, as the form has it."""
    return {DAY: "daily", WEEK: "weekly"}.get(layer.hours, "hours")


def problem_of(error: LiaisonError, otherwise: str) -> Problem:
    """An error beside its input."""
    told = explained(error)
    return Problem(INPUTS.get(error.code, otherwise), f"{told.what} {told.next}")


def typed_of(request: HttpRequest) -> dict[str, Any]:
    """What was typed, for the page to show again."""
    return {name: value.strip() for name, value in request.POST.items() if isinstance(value, str)}


def colleagues(seat: Seat, me: int) -> list[tuple[int, str]]:
    """Who else may acknowledge at the desk, by name."""
    others = set(at_the_desk(here(), seat.register, seat.desk, here().clock.now())) - {me}
    return sorted(names(here(), seat.register, seat.desk, others).items(), key=lambda each: each[1]) if others else []
