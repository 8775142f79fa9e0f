"""Who asks, and may they? A token in the header `Authorization: Bearer liaison_pat_…`, and a scope an operation.

    @router.get("/cases", auth=Scoped(Scope.READ_METADATA), …)
    def cases(request): bearer_of(request).seat …

Invariants: an operation without `Scoped` is one that needs no token and says nothing of a desk; what it does is noted
under the token, for the participant of its desk.
"""

from __future__ import annotations

from typing import NoReturn

from django.http import HttpRequest
from ninja.security import HttpBearer

from liaison.api.limits import STRANGERS, spend
from liaison.errors import UsageError
from liaison.node.current import here
from liaison.node.reads.desk.listing import Reader
from liaison.node.services.people.audit import acting_by_token, acting_for
from liaison.node.services.people.case_access import closed_to_others
from liaison.node.services.programs.tokens import Bearer, open_token
from liaison.officers.tokens import Scope

NO_OFFICER = 0
"""A token is no officer: what was closed to named officers is closed to it."""


class Token(HttpBearer):
    """A token of whatever scope."""

    scope: Scope | None = None

    def __call__(self, request: HttpRequest) -> Bearer:
        """The bearer. Raises UsageError."""
        bearer: Bearer | None = super().__call__(request)
        return bearer if bearer is not None else self.refuse(request)

    def refuse(self, request: HttpRequest) -> NoReturn:
        """Refuse whoever shows no token. Raises UsageError."""
        spend(request, str(request.META.get("REMOTE_ADDR", "")), quota=STRANGERS)
        raise UsageError("token-missing")

    def authenticate(self, request: HttpRequest, token: str) -> Bearer:
        """The bearer of a token that is live and has the scope. Raises UsageError."""
        try:
            bearer = open_token(here(), token)
        except UsageError:
            spend(request, str(request.META.get("REMOTE_ADDR", "")), quota=STRANGERS)
            raise
        request.acting.enter_context(acting_for(bearer.seat.desk.participant))  # type: ignore[attr-defined]
        request.acting.enter_context(acting_by_token(bearer.token))  # type: ignore[attr-defined]
        spend(request, bearer.token)
        if self.scope is not None:
            bearer.require(self.scope)
        return bearer


def scoped(scope: Scope) -> Token:
    """The check of an operation that needs this scope."""
    token = Token()
    token.scope = scope
    return token


def bearer_of(request: HttpRequest) -> Bearer:
    """Who asks."""
    bearer: Bearer = request.auth  # type: ignore[attr-defined]
    return bearer


def reader_of(bearer: Bearer) -> Reader:
    """What the token may see of the desk's cases."""
    closed = closed_to_others(here(), bearer.seat, NO_OFFICER)
    return Reader(contents=bearer.may(Scope.READ_CASES), closed=closed)
