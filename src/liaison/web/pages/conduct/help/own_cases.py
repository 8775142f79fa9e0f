"""How did our own cases with a norm go, for this desk alone; and which norms does a case have to do with?

    conduct/cases/             figures a norm, drawn and as a table, and the cases
    conduct/cases/0192…        the norms of one case: those its messages cite, and those this desk notes for itself

Invariants: nothing of it is ever sent or published; a case that is closed to named officers is left out for others;
exercises are left out of the figures and counted as left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import get_language_bidi, gettext
from django.views.decorators.http import require_GET, require_http_methods

from liaison.errors import UsageError
from liaison.messages.forms.checking import Norm
from liaison.node.reads.conduct.own_cases import NormFigures, norms_of_case, own_cases
from liaison.node.reads.desk.listing import find_row
from liaison.node.services.conduct.noting import drop_norm, note_norm
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.figures.charts import Chart, bars
from liaison.web.forms import Problem
from liaison.web.forms.norms import texts_with_norms
from liaison.web.names import DeskNames
from liaison.web.pages.cases.naming import reader_of, row_views
from liaison.web.pages.conduct.help.naming import NormName, NormNames, read_norm
from liaison.web.requests import at_desk, officer_id, path_to
from liaison.web.said import after_post
from liaison.web.site import here
from liaison.web.words import code_word, explained


@require_GET
@at_desk(Action.READ_CASE)
def page(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Figures and cases."""
    found, naming = own_cases(here(), seat.register, seat.desk, reader=reader_of(request, seat)), NormNames()
    views = row_views(seat, [each.row for each in found.rows], DeskNames(here()))
    given = {
        "figures": [_line(each, naming) for each in found.figures],
        "chart": _chart(found.figures, naming),
        "rows": [
            {"view": view, "norms": [{"norm": naming.of(one.norm), "said": one.said} for one in each.cited]}
            for view, each in zip(views, found.rows, strict=True)
        ],
        "exercises": found.exercises,
    }
    return render(request, "web/conduct/help/own_cases.html", given)


@require_http_methods(["GET", "POST"])
@at_desk(Action.READ_CASE)
def of_case(request: HttpRequest, seat: Seat, case: str) -> HttpResponse:
    """The norms of one case, and adding or dropping one."""
    reader = reader_of(request, seat)
    row = find_row(here(), seat.desk, case, reader=reader)
    if row is None or not reader.may(case):
        raise Http404
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        try:
            return after_post(path_to(seat, f"conduct/cases/{case}"), _change(request, seat, case))
        except UsageError as error:
            if error.code not in ("norm-not-known", "norms-too-many"):
                raise
            problems = (Problem("norm", explained(error).what),)
    naming = NormNames()
    cited = norms_of_case(here(), seat.register, seat.desk, case, reader=reader)
    given = {
        "row": row,
        "cited": [{"norm": naming.of(each.norm), "said": each.said} for each in cited],
        "texts": list(_texts(naming)),
        "problems": problems,
        "may_write": seat.may(Action.WRITE) and row.archived_at is None and row.destroyed_at is None,
    }
    return render(request, "web/conduct/help/case_norms.html", given, status=400 if problems else 200)


def _change(request: HttpRequest, seat: Seat, case: str) -> str:
    """Add or drop what was chosen; what the next page says. Raises UsageError."""
    norm = read_norm(request.POST.get("norm", ""))
    if norm is None:
        raise UsageError("norm-not-known", instrument="", clause="")
    change, said = (drop_norm, "norm-dropped") if request.POST.get("what") == "drop" else (note_norm, "norm-noted")
    change(here(), seat, case, norm, by=officer_id(request))
    return said


def _texts(naming: NormNames) -> Iterator[tuple[str, list[NormName]]]:
    """The norms there are, under the names of their texts."""
    for text, norms in texts_with_norms(naming.known):
        yield text.short, [naming.of(Norm(text.id, clause)) for clause in norms]


def _line(each: NormFigures, naming: NormNames) -> dict[str, Any]:
    """A norm in the table."""
    outcomes = [(code_word("outcome", code) if code else gettext("Not said"), count) for code, count in each.outcomes]
    return {"each": each, "norm": naming.of(each.norm), "outcomes": outcomes}


def _chart(figures: tuple[NormFigures, ...], naming: NormNames) -> Chart:
    names = [naming.of(each.norm) for each in figures]
    points = [(f"{name.short} {name.article}", each.cases) for name, each in zip(names, figures, strict=True)]
    title = gettext("Own cases by norm")
    return bars(title, gettext("One bar a row of the table beside it."), points, mirrored=get_language_bidi())


ROUTES = [
    path("conduct/cases/", page, name="norm-cases"),
    path("conduct/cases/<slug:case>", of_case, name="case-norms"),
]
