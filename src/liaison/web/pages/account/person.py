"""What does an officer see of themselves? Language, time zone, ways to sign in, and where they are signed in."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from liaison.errors import UsageError
from liaison.node.services.people.factors import factors
from liaison.node.services.people.officers import change_person
from liaison.node.services.people.sessions import end, end_others, sessions
from liaison.web.entrance.entering import the_session
from liaison.web.entrance.reauthentication import for_officers
from liaison.web.names import DeskNames
from liaison.web.pages.sign_in import ways_in
from liaison.web.requests import officer_seats, path_to
from liaison.web.said import after_post, said
from liaison.web.site import here
from liaison.web.words import listed

BROWSERS = ("Edg", "Firefox", "Chrome", "Safari")
SYSTEMS = ("Windows", "Android", "iPhone", "iPad", "Mac OS", "Linux")


def browser_of(agent: str) -> str:
    """What a browser says it is, in two words that a person knows; the whole line where it names none of them."""
    found = [next((name for name in names if name in agent), "") for names in (BROWSERS, SYSTEMS)]
    return listed(name.replace("Edg", "Edge") for name in found if name) or agent[:60]


@for_officers
@require_GET
def account(request: HttpRequest) -> HttpResponse:
    """Everything about oneself on one page."""
    session, user, names = the_session(request), request.user, DeskNames(here())
    given = {
        "said": said(request),
        "have": factors(here(), session.officer),
        "sessions": [(each, browser_of(each.agent)) for each in sessions(here(), session.officer)],
        "current": session.id,
        "zones": sorted(zoneinfo.available_timezones()),
        "person": user,
        "token_pages": [
            (names.of(each.register, each.desk), path_to(each, "administration/tokens"))
            for each in officer_seats(request)
        ],
        **ways_in(request),
    }
    return render(request, "web/account/account.html", given)


@for_officers
@require_POST
def save_person(request: HttpRequest) -> HttpResponse:
    """Keep language and time zone."""
    language, zone = request.POST.get("language", ""), request.POST.get("zone", "")
    if language not in dict(settings.LANGUAGES) or zone not in zoneinfo.available_timezones():
        raise UsageError("person-not-understood")
    user: Any = request.user
    change_person(here(), user, language=language, zone=zone)
    return after_post("/account", "saved")


@for_officers
@require_POST
def end_session(request: HttpRequest, session: int) -> HttpResponse:
    """End one session of one's own."""
    end(here(), the_session(request).officer, session)
    return after_post("/account", "session-ended")


@for_officers
@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """End every session of one's own but this one."""
    found = the_session(request)
    end_others(here(), found.officer, found.id)
    return after_post("/account", "session-ended")


ROUTES = [
    path("account", account, name="account"),
    path("account/person", save_person, name="account-person"),
    path("account/sessions/<int:session>/end", end_session, name="session-end"),
    path("account/sessions/end-others", end_other_sessions, name="sessions-end"),
]
