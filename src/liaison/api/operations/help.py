"""Who seeks and offers help with norms, what came of introductions, and which practices are shared?

Invariants: only what others chose to show to the participant of the token's desk; introductions are of that desk alone,
and say what was said only to a token with `read-cases`. An introduction is sent as every message is.
"""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router

from liaison.api.authentication import bearer_of, reader_of, scoped
from liaison.api.problems import PROBLEMS
from liaison.api.shapes import help as shapes
from liaison.api.shapes.base import WORDS
from liaison.conduct.help import Wanted
from liaison.node.current import here
from liaison.node.reads.conduct import introductions as reads
from liaison.node.reads.conduct.help import help_board, shared_practices
from liaison.officers.tokens import Scope

router = Router(tags=["conduct"], auth=scoped(Scope.READ_METADATA))


@router.get("/conduct/help", response={200: shapes.HelpBoard, **PROBLEMS}, summary="Help sought and offered")
def help_with_norms(
    request: HttpRequest,
    *,
    norm: Annotated[str, Query(pattern=r"^([a-z0-9-]{1,32}( [0-9A-Za-z().-]{1,32})?)?$")] = "",
    language: Annotated[str, Query(pattern=r"^([a-z]{2,3})?$")] = "",
    area: Annotated[str, Query(pattern=r"^[a-z]{0,16}$")] = "",
    hours: Annotated[bool, Query()] = False,
) -> shapes.HelpBoard:
    """What is sought and offered, and what of it meets the own: matches with this norm, language, part of the world, or
    with working hours in common. What the own report says for the participant alone counts with `read-cases`."""
    bearer = bearer_of(request)
    wanted, whole = Wanted(norm=norm, language=language, area=area, hours=hours), bearer.may(Scope.READ_CASES)
    return shapes.HelpBoard.of(help_board(here(), bearer.seat.register, bearer.seat.desk, wanted=wanted, whole=whole))


@router.get("/conduct/practices", response={200: shapes.Practices, **PROBLEMS}, summary="Practices that are shared")
def practices(request: HttpRequest, q: Annotated[str, Query(max_length=200, pattern=WORDS)] = "") -> shapes.Practices:
    """The practices that participants share with all others, in which every word of `q` stands."""
    seat = bearer_of(request).seat
    found = shared_practices(here(), seat.register, seat.desk, words=q)
    return shapes.Practices(practices=[shapes.Practice.of(each) for each in found])


@router.get(
    "/conduct/introductions", response={200: shapes.Introductions, **PROBLEMS}, summary="Introductions about help"
)
def introductions(request: HttpRequest) -> shapes.Introductions:
    """The latest introductions of the desk, and what came of each."""
    bearer = bearer_of(request)
    found = reads.introductions(here(), bearer.seat.register, bearer.seat.desk, reader=reader_of(bearer))
    return shapes.Introductions(introductions=[shapes.Introduction.of(each) for each in found])
