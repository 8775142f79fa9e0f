"""How does an officer hand what was observed in a case to another program? As STIX, MISP, XARF, IODEF or CSAF.

    cases/0192f0b7-…/export?as=stix&for=community        the file

Invariants: who will read it is asked, the narrowest circle first; a label that forbids it is a page that says so; every
export is a line of the audit trail.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET

from liaison.exchange.documents import WAYS
from liaison.exchange.values import Format
from liaison.node.reads.exchange.cases import RECIPIENTS, export_case
from liaison.node.services.people.audit import note
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.permissions import Action
from liaison.web.pages.cases.held import find_held
from liaison.web.pages.cases.naming import reader_of
from liaison.web.requests import at_desk, officer_id
from liaison.web.site import here


@require_GET
@at_desk(Action.READ_CASE)
def export(request: HttpRequest, seat: Seat, case: str) -> HttpResponse:
    """The case as a document, for those who may read it under its label. Raises UsageError for others."""
    found = find_held(seat, case)
    reader = reader_of(request, found.seat)
    named, audience = request.GET.get("as", ""), request.GET.get("for", RECIPIENTS)
    if named not in list(Format) or not reader.may(case) or not (found.held.own or found.held.answers):
        raise Http404
    form = Format(named)
    exported = export_case(here(), found.seat.desk, case, form, reader=reader, audience=audience)
    params = {"form": form.value, "audience": audience}
    with unit_of_work(here()):
        note(here(), "case-exported", officer=officer_id(request), subject=case, params=dict(params))
    response = HttpResponse(exported.written.data, content_type=WAYS[form].media_type)
    kind = "exercise-" if exported.report.exercise else ""
    response["Content-Disposition"] = f'attachment; filename="{kind}case-{case}{WAYS[form].suffix}"'
    return response


ROUTES = [path("cases/<slug:case>/export", export, name="case-export")]
