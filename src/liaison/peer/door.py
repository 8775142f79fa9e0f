"""Which function answers a request at the peer door, and what must hold before it is called?

    POST /desks/9ab0…/duty/messages    signed    → messages.take_message
    GET  /registers/9ab0…/checkpoint   open      → log.serve_checkpoint

In this order (docs/spec/peer-door.md): (1) the path is known; (2) the method is; (3) a body has a length, within the
route's limit; (4) where the route wants a known sender, its signature holds; (5) the quota is not used up; then the
body is read, and its digest compared with the signed one.

Invariants: every refusal names a code and leaves no trace; what is not one of our errors is logged without contents
and answered 500; `NotNowError` is 503, so that the sender tries again.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from django.db import DatabaseError, connections

from liaison.errors import LiaisonError, MalformedError, NotNowError, UsageError, VerificationError
from liaison.node.node import Node
from liaison.peer.authentication import identify_caller, verified_body
from liaison.peer.quotas import Quotas
from liaison.peer.requests import DoorRequest, problem
from liaison.peer.routes import ROUTES, Route
from liaison.wire.http import HttpAnswer

log = logging.getLogger("liaison.peer")

# Of the web process's 24 threads: whoever sends bodies slowly holds these at most, and the door stays open to others.
MOST_OF_ONE = 18
MOST_OF_STRANGERS = 8
MOST_OF_ADDRESS = 4
STRANGERS = "strangers"

STATUSES: Mapping[type[LiaisonError], int] = {
    MalformedError: 400,
    VerificationError: 403,
    UsageError: 404,
    NotNowError: 503,
}


@dataclass(frozen=True, slots=True)
class Door:
    """The peer door of one node, with its quotas."""

    node: Node
    quotas: Quotas

    def answer(self, request: DoorRequest) -> HttpAnswer:
        """The answer to one request; never raises."""
        try:
            return self._answer(request)
        except LiaisonError as error:
            log.info("refused %s %s: %s", request.method, request.path, error.code)
            return problem(_status(error), error.code)
        except DatabaseError:
            # A full disk or a lost server: nothing was stored, so the sender tries again.
            log.exception("the database refused")
            connections.close_all()
            return problem(503, "storage-refused")
        except Exception:
            log.exception("failed %s", request.method)
            return problem(500, "internal-error")

    def _answer(self, request: DoorRequest) -> HttpAnswer:
        found = find_route(request.method, request.path)
        if isinstance(found, HttpAnswer):
            return found
        route, params = found
        size = _declared_size(request, route)
        if isinstance(size, HttpAnswer):
            return size
        if route.signed or (route.optional and "signature" in request.headers):
            caller = identify_caller(self.node, request, dated=route.dated)
            self.quotas.take(caller.participant, size, now=self.node.clock.monotonic())
            body = _once(lambda: verified_body(request))
            with self.quotas.hold(caller.participant, MOST_OF_ONE):
                return route.function(self.node, replace(request, caller=caller, params=params, body=body))
        self.quotas.take_unknown(request.address, size, now=self.node.clock.monotonic())
        if not size:
            return route.function(self.node, replace(request, params=params))
        where = f"address:{request.address}"
        with self.quotas.hold(where, MOST_OF_ADDRESS), self.quotas.hold(STRANGERS, MOST_OF_STRANGERS):
            return route.function(self.node, replace(request, params=params))


def find_route(method: str, path: str) -> tuple[Route, dict[str, str]] | HttpAnswer:
    """The route for a request with what its path says, or 404 or 405."""
    known = False
    for route in ROUTES:
        if (match := route.pattern.fullmatch(path)) is not None:
            known = True
            if route.method == method:
                return route, match.groupdict()
    return problem(405, "method-not-known") if known else problem(404, "path-not-known")


def _declared_size(request: DoorRequest, route: Route) -> int | HttpAnswer:
    """The length of the body, known before a byte of it is read."""
    text = request.headers.get("content-length")
    if text is None:
        if request.method == "GET" and "transfer-encoding" not in request.headers:
            return 0
        return problem(411, "length-required")
    if not re.fullmatch(r"0|[1-9][0-9]{0,15}", text):
        return problem(400, "length-malformed")
    return int(text) if int(text) <= route.limit else problem(413, "too-large")


def _once(read: Callable[[], bytes]) -> Callable[[], bytes]:
    """The stream can be read once; a function may ask twice."""
    kept: list[bytes] = []

    def body() -> bytes:
        if not kept:
            kept.append(read())
        return kept[0]

    return body


def _status(error: LiaisonError) -> int:
    return next((status for kind, status in STATUSES.items() if isinstance(error, kind)), 500)
