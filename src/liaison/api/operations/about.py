"""What is this token, and what does a code of a problem mean?"""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from ninja import Path, Router

from liaison.api.authentication import Token, bearer_of
from liaison.api.problems import PROBLEMS, title_of
from liaison.api.shapes.base import Desk, ProblemType, Told
from liaison.errors import UsageError
from liaison.explanations import catalogue
from liaison.wire.identifiers import format_instant

router = Router(tags=["about"])


class TokenShape(Told):
    """The token that was shown: its desk, what it is for, what it may do now, and until when."""

    name: str
    register_id: str
    desk: Desk
    scopes: list[str]
    usable: list[str]
    until: str


@router.get("/token", response={200: TokenShape, **PROBLEMS}, auth=Token(), summary="The token in hand")
def token(request: HttpRequest) -> TokenShape:
    """For which desk it is, its scopes, and which of them its officer's roles allow at present."""
    bearer = bearer_of(request)
    return TokenShape(
        name=bearer.name,
        register_id=bearer.seat.register,
        desk=Desk.at(bearer.seat.desk),
        scopes=sorted(bearer.scopes),
        usable=sorted(each for each in bearer.scopes if bearer.may(each)),
        until=format_instant(bearer.until),
    )


@router.get("/problems/{code}", response={200: ProblemType, **PROBLEMS}, auth=None, summary="What a code means")
def problem_type(request: HttpRequest, code: Annotated[str, Path(pattern=r"^[a-z0-9-]{1,64}$")]) -> ProblemType:
    """What happened, what was kept and what to do next, for any problem of this type; needs no token."""
    table = catalogue().get(code)
    if table is None:
        raise UsageError("path-not-there")
    return ProblemType(code=code, title=title_of(code), detail=table["what"], kept=table["kept"], next=table["next"])
