"""What did participants report of what they did about agreed norms?

Invariants: a program sees what the participant of its token may see; answers for that participant alone are only given
where contents may be read, and that they were taken is noted; nothing is counted over participants.
"""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router

from liaison.api.authentication import bearer_of, scoped
from liaison.api.problems import DOCUMENT, PROBLEMS
from liaison.api.shapes import conduct as shapes
from liaison.api.shapes.base import HASH, LOCAL_ID
from liaison.conduct.proof import encode_parts
from liaison.conduct.reports import encode_report
from liaison.errors import UsageError
from liaison.node.current import here
from liaison.node.reads.conduct import reports as reads
from liaison.node.services.people.audit import note
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.tokens import Scope

router = Router(tags=["conduct"], auth=scoped(Scope.READ_REGISTER))
Instrument = Annotated[str, Path(pattern=LOCAL_ID)]
Participant = Annotated[str, Path(pattern=HASH)]
Year = Annotated[int, Path(ge=1990, le=2199)]


@router.get("/conduct/reports", response={200: shapes.Reports, **PROBLEMS}, summary="Implementation reports")
def reports(
    request: HttpRequest,
    instrument: Annotated[str, Query(pattern=r"^[a-z0-9-]{0,32}$")] = "",
    participant: Annotated[str, Query(pattern=r"^([0-9a-f]{64})?$")] = "",
) -> shapes.Reports:
    """Every report of the register, or those on an instrument or of a participant, without what they say."""
    only = {"instrument": instrument or None, "participant": participant or None}
    found = reads.report_heads(here(), bearer_of(request).seat.register, viewer=_viewer(request), **only)
    return shapes.Reports(reports=[shapes.ReportHead.of(each) for each in found])


@router.get(
    "/conduct/reports/{participant}/{instrument}/{year}",
    response={200: shapes.Report, **PROBLEMS},
    summary="One implementation report",
)
def report(request: HttpRequest, participant: Participant, instrument: Instrument, year: Year) -> shapes.Report:
    """What a participant reported for a year, as far as the token's participant may see it."""
    register = bearer_of(request).seat.register
    shown = reads.report_of(here(), register, participant, instrument, year, viewer=_viewer(request))
    return shapes.Report.of(shown, shown.report)


@router.get(
    "/conduct/reports/{participant}/{instrument}/{year}/parts",
    response={200: None, **PROBLEMS},
    openapi_extra=DOCUMENT,
    summary="Its parts with their salts",
)
def report_parts(request: HttpRequest, participant: Participant, instrument: Instrument, year: Year) -> HttpResponse:
    """The parts the token's participant may see, as one file that anybody compares with the register
    (docs/spec/conduct.md)."""
    register = bearer_of(request).seat.register
    records = reads.report_records(here(), register, participant, instrument, year, viewer=_viewer(request))
    return HttpResponse(encode_parts(register, records), content_type="application/json")


@router.get(
    "/conduct/own/{instrument}/{year}",
    response={200: None, **PROBLEMS},
    auth=scoped(Scope.READ_CASES),
    openapi_extra=DOCUMENT,
    summary="The own report, whole",
)
def own_report(request: HttpRequest, instrument: Instrument, year: Year) -> HttpResponse:
    """The report as it was published last, with the answers for the own participant alone, as one file that loses
    nothing (docs/spec/conduct.md); that it was taken is noted."""
    bearer = bearer_of(request)
    participant = bearer.seat.desk.participant
    found = reads.own_report(here(), bearer.seat.register, participant, instrument, year)
    if found is None:
        raise UsageError("report-of-year-not-found", instrument=instrument, period=year)
    with unit_of_work(here()):
        told = {"period": year}
        note(here(), "report-exported", officer=bearer.officer, subject=instrument, params=told)
    return HttpResponse(encode_report(found), content_type="application/json")


def _viewer(request: HttpRequest) -> reads.Viewer:
    return reads.Viewer(bearer_of(request).seat.desk.participant)
