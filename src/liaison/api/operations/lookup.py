"""Who answers for this address, and for each of these ten thousand?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router

from liaison.api.authentication import bearer_of, scoped
from liaison.api.limits import spend
from liaison.api.problems import PROBLEMS
from liaison.api.shapes.register import LookUp, LookUpList, LookUps, Value
from liaison.node.current import here
from liaison.node.reads.register import followed
from liaison.node.reads.routing import answer_all, routing_of
from liaison.officers.tokens import Scope
from liaison.register.vocabulary import DeskKind

router = Router(tags=["look-up"])
A_UNIT = 100
"""So many values cost as much as a request."""


@router.get("/lookup", response={200: LookUp, **PROBLEMS}, auth=scoped(Scope.LOOK_UP), summary="Look one value up")
def look_up(
    request: HttpRequest, value: Annotated[Value, Query()], kind: Annotated[DeskKind, Query()] = DeskKind.TECHNICAL
) -> LookUp:
    """Who answers for an address, prefix, AS number, domain or URL, and why. Nothing here says who did anything."""
    return _answers(request, [value], kind)[0]


@router.post("/lookup", response={200: LookUpList, **PROBLEMS}, auth=scoped(Scope.LOOK_UP), summary="Look many up")
def look_up_many(request: HttpRequest, given: LookUps) -> LookUpList:
    """The same for up to 10,000 values at once; a hundred values cost one unit of the quota."""
    spend(request, bearer_of(request).token, cost=len(given.values) // A_UNIT)
    return LookUpList(answers=_answers(request, given.values, given.kind))


def _answers(request: HttpRequest, values: Sequence[str], kind: DeskKind) -> list[LookUp]:
    node, rehearsal = here(), followed(here(), bearer_of(request).seat.register).rehearsal
    answers = answer_all(node, values, kind=kind, rehearsal=rehearsal)
    routing = routing_of(node, kind=kind, rehearsal=rehearsal)
    desks = {desk for answer in answers for desk in (*answer.contested, answer.desk) if desk is not None}
    words = {desk: routing.words(desk) for desk in desks}
    return [LookUp.of(value, answer, words) for value, answer in zip(values, answers, strict=True)]
