"""Who works at the desks of this participant, in which roles, and who stands in for whom?"""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from liaison.errors import LiaisonError, UsageError
from liaison.messages.parties import DeskRef
from liaison.node.services.people import participant_people as service
from liaison.node.services.people.leaving import Kind, Step, leaving_steps
from liaison.node.services.people.officers import Seat
from liaison.node.services.people.participant_people import Person
from liaison.officers.permissions import Action, Role
from liaison.web.entrance.entering import site_of
from liaison.web.entrance.reauthentication import recently_signed_in
from liaison.web.pages.account.person import browser_of
from liaison.web.pages.administration.roles import ROLE_NAMES, role_table
from liaison.web.pages.escalation.plans import HERE as PLANS
from liaison.web.requests import at_desk, path_to
from liaison.web.said import after_post, said
from liaison.web.site import here
from liaison.web.words import explained

NAME = 100
_WHERE: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.ROLE: "administration/",
        Kind.CASE: "cases/{}/readers",
        Kind.LAYER: "duty/rota",
        Kind.PLAN: PLANS + "?change={}",
        Kind.RECORD: "entry/",
    }
)
"""Below a desk, where what is left is taken away."""


@at_desk(Action.READ_AUDIT)
@require_GET
def index(request: HttpRequest, seat: Seat) -> HttpResponse:
    """What there is to administer; the officers for administrators."""
    people = service.list_people(here(), seat) if seat.may(Action.MANAGE_PEOPLE) else []
    now = here().clock.now()
    given = {
        "people": [(person, _told(person, now)) for person in people],
        "manages": seat.may(Action.MANAGE_PEOPLE),
        "role_names": list(ROLE_NAMES.values()),
        "role_table": role_table(),
        "said": said(request),
    }
    return render(request, "web/administration/index.html", given)


@recently_signed_in
@at_desk(Action.MANAGE_PEOPLE)
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, seat: Seat) -> HttpResponse:
    """A new officer: who they are, their roles, and then the invitation, shown once."""
    if request.method == "GET":
        return _add_page(request, seat)
    typed = request.POST
    try:
        person = _person_typed(typed)
        _, token = service.add_person(here(), seat, _chosen(typed), by=signed_in(request), **person)
    except LiaisonError as error:
        return _add_page(request, seat, error)
    return _invitation_page(request, seat, person["name"], token)


def _add_page(request: HttpRequest, seat: Seat, error: LiaisonError | None = None) -> HttpResponse:
    given = {
        "problem": explained(error) if error else None,
        "typed": request.POST,
        "boxes": _boxes(seat, _chosen(request.POST)),
        "zones": sorted(zoneinfo.available_timezones()),
        "zone": request.POST.get("zone", getattr(request.user, "zone", "UTC")),
        "spoken": request.POST.get("language", getattr(request.user, "language", "en")),
    }
    return render(request, "web/administration/add.html", given, status=400 if error else 200)


@at_desk(Action.MANAGE_PEOPLE)
@require_GET
def show(request: HttpRequest, seat: Seat, officer: int) -> HttpResponse:
    """One officer: roles, deputies, how they can sign in, and the list of leaving."""
    return person_page(request, seat, officer)


def person_page(request: HttpRequest, seat: Seat, officer: int, error: LiaisonError | None = None) -> HttpResponse:
    """The page of one officer, with what was refused."""
    person = person_here(seat, officer)
    others = [each for each in service.list_people(here(), seat) if each.id not in (officer, signed_in(request))]
    given = {
        "person": person,
        "told": _told(person, here().clock.now()),
        "boxes": _boxes(seat, {(each.desk, each.role) for each in person.roles if not each.deputy_for}),
        "deputies": service.deputies_of(here(), seat, officer),
        "others": [each for each in others if each.roles],
        "steps": [_step(seat, each) for each in leaving_steps(here(), seat, officer)],
        "today": timezone.localdate(here().clock.now()).isoformat(),
        "own": officer == signed_in(request),
        "sessions": [(each, browser_of(each.agent)) for each in service.sessions_of(here(), seat, officer)],
        "said": said(request),
        "problem": explained(error) if error else None,
        "email": request.POST.get("email", person.email) if error else person.email,
        "typed": request.POST if error else {},
    }
    return render(request, "web/administration/person.html", given, status=400 if error else 200)


@recently_signed_in
@at_desk(Action.MANAGE_PEOPLE)
@require_POST
def save_roles(request: HttpRequest, seat: Seat, officer: int) -> HttpResponse:
    """Let the officer have exactly the roles that are ticked."""
    person_here(seat, officer)
    service.set_roles(here(), seat, officer, _chosen(request.POST), by=signed_in(request))
    return after_post(path_of(seat, officer), "roles-saved")


@recently_signed_in
@at_desk(Action.MANAGE_PEOPLE)
@require_POST
def save_email(request: HttpRequest, seat: Seat, officer: int) -> HttpResponse:
    """The mail address by which the identity provider of this node may name the officer, or none."""
    person_here(seat, officer)
    email = request.POST.get("email", "").strip()
    try:
        service.change_email(here(), seat, officer, email, by=signed_in(request))
    except UsageError as error:
        return person_page(request, seat, officer, error)
    return after_post(path_of(seat, officer), "saved")


@recently_signed_in
@at_desk(Action.MANAGE_PEOPLE)
@require_POST
def invite(request: HttpRequest, seat: Seat, officer: int) -> HttpResponse:
    """A fresh invitation for an officer who lost every key, shown once."""
    person = person_here(seat, officer)
    return _invitation_page(
        request, seat, person.name, service.invite_again(here(), seat, officer, by=signed_in(request))
    )


@recently_signed_in
@at_desk(Action.MANAGE_PEOPLE)
@require_POST
def lost(request: HttpRequest, seat: Seat, officer: int) -> HttpResponse:
    """End what an officer lost, at once and before they are invited again."""
    person_here(seat, officer)
    wholly = service.end_lost(here(), seat, officer, by=signed_in(request))
    return after_post(path_of(seat, officer), "lost-ended" if wholly else "lost-sessions-ended")


@recently_signed_in
@at_desk(Action.MANAGE_PEOPLE)
@require_POST
def end_session(request: HttpRequest, seat: Seat, officer: int, session: int) -> HttpResponse:
    """End one session of the officer, as when a computer was left signed in."""
    person_here(seat, officer)
    service.end_session_of(here(), seat, officer, session, by=signed_in(request))
    return after_post(path_of(seat, officer), "session-ended")


@recently_signed_in
@at_desk(Action.MANAGE_PEOPLE)
@require_POST
def name_deputy(request: HttpRequest, seat: Seat, officer: int) -> HttpResponse:
    """Somebody stands in for the officer from one day to another, both included."""
    person_here(seat, officer)
    try:
        first, last = _day(request.POST.get("first", "")), _day(request.POST.get("last", ""))
        deputy = request.POST.get("deputy", "")
        if not deputy.isascii() or not deputy.isdigit() or len(deputy) > 18:
            raise UsageError("deputy-not-understood")
        person_here(seat, int(deputy))
        until = last + timedelta(days=1)
        service.name_deputy(here(), seat, officer, int(deputy), begins=first, until=until, by=signed_in(request))
    except UsageError as error:
        return person_page(request, seat, officer, error)
    return after_post(path_of(seat, officer), "deputy-named")


@recently_signed_in
@at_desk(Action.MANAGE_PEOPLE)
@require_POST
def end_deputy(request: HttpRequest, seat: Seat, officer: int) -> HttpResponse:
    """Take back what the officer has as a deputy."""
    person_here(seat, officer)
    service.end_deputy(here(), seat, officer, by=signed_in(request))
    return after_post(path_of(seat, officer), "deputy-ended")


def _invitation_page(request: HttpRequest, seat: Seat, name: str, token: str) -> HttpResponse:
    given = {"name": name, "link": f"{site_of(request).origin}/join/{token}"}
    return render(request, "web/administration/invitation.html", given)


def person_here(seat: Seat, officer: int) -> Person:
    """Somebody of this participant; whoever is not is not there. Raises Http404."""
    found = service.find_person(here(), seat, officer)
    if found is None:
        raise Http404
    return found


def _person_typed(typed: Mapping[str, Any]) -> dict[str, str]:
    person = {name: str(typed.get(name, "")).strip() for name in ("login", "name", "email", "language", "zone")}
    if not person["name"] or len(person["name"]) > NAME or not person["name"].isprintable():
        raise UsageError("person-name-missing")
    if person["language"] not in dict(settings.LANGUAGES) or person["zone"] not in zoneinfo.available_timezones():
        raise UsageError("person-not-understood")
    return person


def _chosen(typed: Any) -> set[tuple[str, Role]]:
    """The boxes that are ticked, as `duty:officer`; others are no roles."""
    ticked = [text.partition(":") for text in typed.getlist("role")]
    return {(desk, Role(role)) for desk, _, role in ticked if role in set(Role)}


def _boxes(seat: Seat, ticked: set[tuple[str, Role]]) -> list[tuple[str, list[tuple[str, Any, bool]]]]:
    """For each desk its boxes: value, words, whether it is ticked."""
    return [
        (desk.desk, [(f"{desk.desk}:{role}", words, (desk.desk, role) in ticked) for role, words in ROLE_NAMES.items()])
        for desk in service.desks(here(), seat)
    ]


def _step(seat: Seat, step: Step) -> dict[str, Any]:
    """A line of the list, with where the rest of it is done."""
    where = []
    for each in step.left:
        at = replace(seat, desk=DeskRef(seat.desk.participant, seat.desk.node, each.desk))
        where.append({"path": path_to(at, _WHERE[each.kind].format(each.what)), "left": each})
    return {"step": step, "where": where}


def _told(person: Person, now: datetime) -> list[tuple[str, Any, Any]]:
    """The roles of a person for a page: desk, words of the role, and the role with its dates; none that is over."""
    held = (each for each in person.roles if each.until is None or each.until > now)
    return [(each.desk, ROLE_NAMES[each.role], each) for each in held]


def _day(text: str) -> datetime:
    """The beginning of a day in the administrator's zone. Raises UsageError."""
    try:
        return datetime.combine(date.fromisoformat(text), time(), tzinfo=timezone.get_current_timezone())
    except ValueError:
        raise UsageError("deputy-not-understood") from None


def signed_in(request: HttpRequest) -> int:
    """The officer who acts."""
    return int(request.user.pk or 0)


def path_of(seat: Seat, officer: int) -> str:
    """The page of one officer."""
    return path_to(seat, f"administration/officers/{officer}")


ROUTES = [
    path("administration/", index, name="administration"),
    path("administration/officers/add", add, name="officer-add"),
    path("administration/officers/<int:officer>", show, name="officer"),
    path("administration/officers/<int:officer>/roles", save_roles, name="officer-roles"),
    path("administration/officers/<int:officer>/email", save_email, name="officer-email"),
    path("administration/officers/<int:officer>/invite", invite, name="officer-invite"),
    path("administration/officers/<int:officer>/lost", lost, name="officer-lost"),
    path("administration/officers/<int:officer>/sessions/<int:session>/end", end_session, name="officer-session-end"),
    path("administration/officers/<int:officer>/deputy", name_deputy, name="officer-deputy"),
    path("administration/officers/<int:officer>/deputy/end", end_deputy, name="officer-deputy-end"),
]
