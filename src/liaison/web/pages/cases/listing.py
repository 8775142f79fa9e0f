"""Which cases does this desk have? A list with filters and a search, and the same as a file."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET

from liaison.messages.forms import forms, latest_form
from liaison.node.reads.desk.listing import CaseRow, Filter, every_case, list_cases
from liaison.node.reads.register import directory
from liaison.node.services.people.audit import note
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.permissions import Action
from liaison.web.figures.tables import csv_answer
from liaison.web.names import DeskNames
from liaison.web.pages.cases.naming import reader_of, row_views
from liaison.web.requests import at_desk, officer_id, path_to
from liaison.web.site import here
from liaison.web.words import code_word, form_word
from liaison.wire.identifiers import format_instant

LONGEST = 100
STATES = (
    ("open", pgettext_lazy("case", "Open")),
    ("closed", pgettext_lazy("case", "Closed")),
    ("archived", pgettext_lazy("case", "Archived")),
)
EXERCISES = (("no", gettext_lazy("No exercises")), ("yes", gettext_lazy("Exercises only")))
HEAD = (
    "case",
    "opened",
    "last_message",
    "opened_by_us",
    "other_side",
    "form",
    "urgency",
    "exercise",
    "waiting_for",
    "due",
    "acknowledged",
    "closed",
    "outcome",
)


@require_GET
@at_desk(Action.READ_METADATA)
def listing(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The cases that fit, the latest first."""
    wanted = _wanted(request)
    number = request.GET.get("page", "1")
    found = list_cases(
        here(),
        seat.desk,
        wanted,
        page=int(number[:6]) if number[:6].isdecimal() else 1,
        reader=reader_of(request, seat),
    )
    asked = {name: value for name, value in _asked(wanted).items() if value}
    given = {
        "found": found,
        "rows": row_views(seat, found.rows, DeskNames(here())),
        "wanted": wanted,
        "filtered": bool(asked),
        "choices": _choices(seat, wanted),
        "now": here().clock.now(),
        "export": f"{path_to(seat, 'cases/export')}?{urlencode(asked)}",
        "before": _page_path(seat, asked, found.number - 1) if found.number > 1 else "",
        "after": _page_path(seat, asked, found.number + 1) if found.number < found.pages else "",
    }
    return render(request, "web/cases/listing.html", given)


@require_GET
@at_desk(Action.READ_CASE)
def export(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The same cases as a file: who, when and how they stand; nothing of what was said."""
    rows, names = every_case(here(), seat.desk, _wanted(request)), DeskNames(here())
    with unit_of_work(here()):
        note(here(), "cases-exported", officer=officer_id(request), params={"count": len(rows)})
    return csv_answer("cases.csv", HEAD, (_line(row, names) for row in rows))


def _line(row: CaseRow, names: DeskNames) -> tuple[object, ...]:
    times = (row.due, row.acknowledged_at, row.closed_at)
    due, heard, closed = (format_instant(at) if at is not None else "" for at in times)
    return (
        row.case,
        format_instant(row.opened_at),
        format_instant(row.last_at),
        "yes" if row.ours else "no",
        "; ".join(str(names.of(row.register, each)) for each in row.others),
        row.form,
        row.urgency,
        "EXERCISE" if row.exercise else "",
        row.turn.value,
        due,
        heard,
        closed,
        row.outcome,
    )


def _wanted(request: HttpRequest) -> Filter:
    given = {each.name: request.GET.get(each.name, "").strip()[:LONGEST] for each in fields(Filter)}
    return Filter(**given)


def _asked(wanted: Filter) -> dict[str, str]:
    return {each.name: getattr(wanted, each.name) for each in fields(wanted)}


def _page_path(seat: Seat, asked: dict[str, str], number: int) -> str:
    return f"{path_to(seat, 'cases/')}?{urlencode(asked | {'page': number})}"


def _choices(seat: Seat, wanted: Filter) -> list[dict[str, Any]]:
    """The filters that are chosen from a list."""
    known = directory(here(), seat.register).participants
    who = sorted(((state.id, state.labels.name) for state in known.values() if state.type), key=lambda each: each[1])
    lists: tuple[tuple[str, Any, Any], ...] = (
        ("state", gettext_lazy("State"), STATES),
        ("turn", gettext_lazy("Waiting"), [(code, code_word("turn", code)) for code in ("us", "them", "nobody")]),
        (
            "urgency",
            gettext_lazy("Urgency"),
            [(c, code_word("urgency", c)) for c in ("emergency", "urgent", "routine")],
        ),
        ("form", gettext_lazy("Began with"), [(name, form_word(latest_form(name))) for name, _ in sorted(forms())]),
        ("participant", gettext_lazy("Other side"), who),
        ("exercise", gettext_lazy("Exercises"), EXERCISES),
    )
    return [
        {
            "name": name,
            "label": label,
            "options": [{"code": code, "word": word, "chosen": getattr(wanted, name) == code} for code, word in codes],
        }
        for name, label, codes in lists
    ]


ROUTES = [
    path("cases/", listing, name="cases"),
    path("cases/export", export, name="cases-export"),
]
