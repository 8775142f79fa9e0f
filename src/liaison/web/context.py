"""What does every template know? Who is signed in, at which desk, which pages it has, which languages there are."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext_lazy

from liaison.node.reads.desk.waiting import exercises_among
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.languages import find_language, languages
from liaison.web.names import DeskNames
from liaison.web.requests import officer_seats, path_to
from liaison.web.said import said
from liaison.web.site import here

Room = tuple[str, Any, Action]
ROOMS: tuple[Room, ...] = (
    ("", gettext_lazy("Desk"), Action.READ_METADATA),
    ("find/", gettext_lazy("Find"), Action.READ_METADATA),
    ("write/", gettext_lazy("Write"), Action.WRITE),
    ("cases/", gettext_lazy("Cases"), Action.READ_METADATA),
    ("requests/", gettext_lazy("Requests"), Action.READ_METADATA),
    ("duty/", gettext_lazy("Duty"), Action.READ_METADATA),
    ("reports/", gettext_lazy("Reports"), Action.READ_METADATA),
    ("register/", gettext_lazy("Register"), Action.READ_METADATA),
    ("conduct/", gettext_lazy("Conduct"), Action.READ_METADATA),
    ("book/", gettext_lazy("Address book"), Action.READ_METADATA),
    ("entry/", gettext_lazy("Own entry"), Action.READ_METADATA),
    ("checks/", gettext_lazy("Checks"), Action.READ_METADATA),
    ("exercises/", gettext_lazy("Exercises"), Action.READ_METADATA),
    ("year/", gettext_lazy("Our year"), Action.READ_METADATA),
    ("administration/", gettext_lazy("Administration"), Action.READ_AUDIT),
)
"""The pages in the header, in order: path below the desk, title, and what a role must allow to see it listed."""
CONDUCT: tuple[Room, ...] = (
    ("conduct/", gettext_lazy("Codes of conduct"), Action.READ_METADATA),
    ("instruments/stands", gettext_lazy("What we declared"), Action.READ_METADATA),
    ("conduct/own/", gettext_lazy("Our report"), Action.REPORT),
    ("conduct/help/", gettext_lazy("Help sought and offered"), Action.READ_METADATA),
    ("conduct/practices/", gettext_lazy("Practices"), Action.READ_METADATA),
    ("conduct/cases/", gettext_lazy("Our own cases with a norm"), Action.READ_CASE),
    ("conduct/measured/", gettext_lazy("Measured networks"), Action.READ_CASE),
)
"""The same for the row of links that every page of conduct begins with."""


def everywhere(request: HttpRequest) -> dict[str, Any]:
    """The values of every template."""
    seat: Seat | None = getattr(request, "seat", None)
    return {
        "seat": seat,
        "seat_path": path_to(seat) if seat else None,
        "seat_name": DeskNames(here()).of(seat.register, seat.desk) if seat else None,
        "rooms": list(_rooms(request, seat, ROOMS)) if seat else [],
        "rooms_within": list(_rooms(request, seat, CONDUCT)) if seat and _of_conduct(request, seat) else [],
        "seats": officer_seats(request) if hasattr(request, "user") else [],
        "language": find_language(translation.get_language()),
        "said": said(request),
        "languages": languages().values(),
        "of_exercise": functools.partial(_of_exercise, request, seat),
    }


def _of_exercise(request: HttpRequest, seat: Seat | None) -> bool:
    """Whether the address names a case that is an exercise; asked only by pages that do not say so themselves."""
    case = request.resolver_match.kwargs.get("case") if request.resolver_match else None
    return bool(seat and case and exercises_among(here(), seat.desk, {str(case)}))


def _of_conduct(request: HttpRequest, seat: Seat) -> bool:
    return any(request.path.startswith(path_to(seat, tail)) for tail, _, _ in CONDUCT)


def _rooms(request: HttpRequest, seat: Seat, rooms: tuple[Room, ...]) -> Iterator[dict[str, Any]]:
    paths = [path_to(seat, tail) for tail, _, _ in rooms]
    inside = [path for path, room in zip(paths, rooms, strict=True) if room[0] and request.path.startswith(path)]
    of_conduct = path_to(seat, "conduct/") if _of_conduct(request, seat) else request.path
    here_path = max(inside, key=len, default=of_conduct)
    for path, (_, title, action) in zip(paths, rooms, strict=True):
        if seat.may(action):
            yield {"path": path, "title": title, "here": path == here_path}
