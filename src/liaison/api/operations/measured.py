"""What was measured of providers' networks: what they agreed to have shown, and what the desk measured or was told?

Invariants: of what is not shown now nothing is there for anybody but the two sides; a measurement whose case is closed
to named officers is not there for a token. A dispute, a review or a consent is sent as every reply is.
"""

from __future__ import annotations

from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Path, Query, Router

from liaison.api.authentication import bearer_of, reader_of, scoped
from liaison.api.cursors import next_cursor, read_cursor
from liaison.api.operations.register import Cursor, Limit
from liaison.api.problems import PROBLEMS
from liaison.api.shapes import measured as shapes
from liaison.conduct.measured.lifecycle import Audience, Side
from liaison.errors import UsageError
from liaison.node.current import here
from liaison.node.reads.conduct import measured as reads
from liaison.officers.tokens import Scope

router = Router(tags=["conduct"], auth=scoped(Scope.READ_CASES))
Number = Annotated[int, Path(ge=1, le=2**53 - 1)]


@router.get(
    "/conduct/measured",
    response={200: shapes.ShownMeasurements, **PROBLEMS},
    auth=scoped(Scope.READ_REGISTER),
    summary="Measured networks that are shown",
)
def measured(request: HttpRequest, cursor: Cursor = None, limit: Limit = 50) -> shapes.ShownMeasurements:
    """What providers agreed to have shown to the participants of the register, of at most `limit` networks, in the
    order of AS numbers."""
    above = read_cursor("measured", cursor) or 0
    register = bearer_of(request).seat.register
    found, last = reads.shown_above(here(), register, Audience.PARTICIPANTS, above=above, networks=limit)
    return shapes.ShownMeasurements(
        measured=[shapes.ShownMeasurement.of(each) for each in found],
        next=next_cursor("measured", last) if last is not None else None,
    )


@router.get(
    "/conduct/measurements",
    response={200: shapes.Measurements, **PROBLEMS},
    summary="Measurements by or of the desk",
)
def measurements(
    request: HttpRequest,
    *,
    side: Annotated[Literal["measurer", "provider"], Query()] = "measurer",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> shapes.Measurements:
    """What the desk measured (`side=measurer`), or was told of its own networks (`side=provider`), the last made
    first."""
    bearer, name = bearer_of(request), f"measured-{side}"
    below, reader = read_cursor(name, cursor), reader_of(bearer)
    found = reads.measured_below(here(), bearer.seat.desk, side=Side(side), below=below, limit=limit + 1, reader=reader)
    page = found[:limit]
    return shapes.Measurements(
        measurements=[shapes.Measurement.of(each) for each in page],
        next=next_cursor(name, page[-1].number) if len(found) > limit else None,
    )


@router.get(
    "/conduct/measurements/{number}", response={200: shapes.WholeMeasurement, **PROBLEMS}, summary="One measurement"
)
def measurement(request: HttpRequest, number: Number) -> shapes.WholeMeasurement:
    """A measurement by or of the desk, with the rows to look at, what was said of it, and what may be said now."""
    bearer = bearer_of(request)
    found = reads.find_measured(here(), bearer.seat.desk, number)
    if found.case and not reader_of(bearer).may(found.case):
        raise UsageError("measurement-not-found", number=number)
    return shapes.WholeMeasurement.of(found)
