"""Who is bound by which instrument on a day, and what can a request to another State rest on?

Invariants: a day that is not named is today in UTC; what does not bind says why; our words are never
the official text.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

from django.http import HttpRequest
from ninja import Path, Query, Router

from liaison.api.authentication import bearer_of, scoped
from liaison.api.problems import PROBLEMS
from liaison.api.shapes import instruments as shapes
from liaison.api.shapes.base import HASH, LOCAL_ID
from liaison.errors import UsageError
from liaison.node.current import here
from liaison.node.reads.instruments import status
from liaison.node.reads.instruments.known import known_instruments
from liaison.node.reads.instruments.proposed import declared_stands
from liaison.officers.tokens import Scope

router = Router(tags=["instruments"], auth=scoped(Scope.READ_REGISTER))
Day = Annotated[date | None, Query()]


@router.get("/instruments", response={200: shapes.Instruments, **PROBLEMS}, summary="Instruments on a day")
def instruments(request: HttpRequest, on: Day = None) -> shapes.Instruments:
    """Every instrument with its entry into force and how many it binds, as far as this node knows."""
    found = status.list_instruments(here(), _register(request), on=_day(on))
    return shapes.Instruments(instruments=[shapes.Instrument.of(each) for each in found])


@router.get(
    "/instruments/{instrument}", response={200: shapes.WholeInstrument, **PROBLEMS}, summary="One instrument on a day"
)
def instrument(
    request: HttpRequest, instrument: Annotated[str, Path(pattern=LOCAL_ID)], on: Day = None
) -> shapes.WholeInstrument:
    """Its clauses, and how every party that said anything about it stands to it on that day."""
    found = status.instrument_status(here(), _register(request), instrument, on=_day(on))
    return shapes.WholeInstrument.of(found, known_instruments(here()))


@router.get("/stands/{participant}", response={200: shapes.Stands, **PROBLEMS}, summary="What a participant declared")
def stands(request: HttpRequest, participant: Annotated[str, Path(pattern=HASH)]) -> shapes.Stands:
    """Every statement it signed about an agreed text, with what became of it, in the order of the log."""
    found = declared_stands(here(), _register(request), participant)
    if found is None:
        raise UsageError("participant-not-found", participant=participant[:16])
    return shapes.Stands.of(found)


@router.get("/legal-basis", response={200: shapes.LegalBasis, **PROBLEMS}, summary="What a request can rest on")
def legal_basis(
    request: HttpRequest, to: Annotated[str, Query(pattern=r"^([0-9a-f]{64}|[A-Z]{2})$")], on: Day = None
) -> shapes.LegalBasis:
    """Which instruments bind the token's participant and another on a day, article by article, with their demands."""
    ours = bearer_of(request).seat.desk.participant
    return shapes.LegalBasis.of(status.basis_between(here(), _register(request), ours=ours, theirs=to, on=_day(on)))


def _register(request: HttpRequest) -> str:
    return bearer_of(request).seat.register


def _day(given: date | None) -> date:
    return given or here().clock.now().date()
