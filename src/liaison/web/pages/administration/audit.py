"""Who did what at the desks of this participant, can it be taken away, and was a line changed?"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from liaison.node.services.people.audit import check_trail, note
from liaison.node.services.people.exported_trail import csv_lines, json_lines
from liaison.node.services.people.officers import Seat
from liaison.node.services.people.participant_people import list_people
from liaison.node.services.people.told_trail import TrailFilter, actions, export_lines, lines
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.permissions import Action
from liaison.web.pages.administration.trail_words import action_word, trail_words
from liaison.web.requests import at_desk
from liaison.web.site import here


@at_desk(Action.READ_AUDIT)
@require_GET
def audit(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The newest lines, narrowed by what, who and when."""
    return _page(request, seat)


@at_desk(Action.READ_AUDIT)
@require_POST
def verify(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Check every hash of the trail, those of other participants too; only how many there are is told."""
    return _page(request, seat, checked=check_trail(here()))


def _page(request: HttpRequest, seat: Seat, *, checked: int | None = None) -> HttpResponse:
    wanted = _wanted(request)
    given = {
        "rows": [(row, trail_words(row)) for row in lines(here(), seat, wanted)],
        "actions": sorted(((code, action_word(code)) for code in actions(here(), seat)), key=lambda each: each[1]),
        "people": list_people(here(), seat),
        "wanted": wanted,
        "given": request.GET,
        "checked": checked,
        "manages": seat.may(Action.MANAGE_PEOPLE),
    }
    return render(request, "web/administration/audit.html", given)


@at_desk(Action.READ_AUDIT)
@require_GET
def export(request: HttpRequest, seat: Seat, form: str) -> HttpResponse:
    """The whole trail of this participant as a file; that it was taken is a line of it too."""
    with unit_of_work(here()):
        note(here(), "audit-exported", officer=int(request.user.pk or 0), params={"form": form})
    make, kind = {"csv": (csv_lines, "text/csv"), "jsonl": (json_lines, "application/jsonl")}[form]
    text = "".join(make(export_lines(here(), seat)))
    name = f"audit-{seat.desk.desk}-{here().clock.now():%Y%m%d}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type=f"{kind}; charset=utf-8", headers=headers)


def _wanted(request: HttpRequest) -> TrailFilter:
    """The filter in the address; what is not understood does not narrow."""
    officer = request.GET.get("officer", "")
    since, until = _day(request.GET.get("since", "")), _day(request.GET.get("until", ""))
    return TrailFilter(
        action=request.GET.get("action", "")[:48],
        officer=int(officer) if officer.isascii() and officer.isdigit() and len(officer) < 18 else None,
        since=since,
        until=until + timedelta(days=1) if until else None,
    )


def _day(text: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text), time(), tzinfo=timezone.get_current_timezone())
    except ValueError:
        return None


ROUTES = [
    path("administration/audit", audit, name="audit"),
    path("administration/audit/verify", verify, name="audit-verify"),
    path("administration/audit.csv", export, {"form": "csv"}, name="audit-csv"),
    path("administration/audit.jsonl", export, {"form": "jsonl"}, name="audit-jsonl"),
]
