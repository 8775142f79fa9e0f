"""Which function answers a request at the peer door, and what must hold before it is called?

    POST /desks/9ab0…/duty/messages    signed    → messages.take_message
    GET  /registers/9ab0…/checkpoint   open      → log.serve_checkpoint

In this order (docs/spec/peer-door.md): (1) the path is known; (2) the method is; (3) a body has a length, within the
route's limit; (4) where the route wants a known sender, its signature holds; (5) the quota is not used up; then the
body is read, and its digest compared with the signed one.

    sort: 1-3, from the headers alone     admit: 4-5     hold: what is in hand     perform: the body is there, work

Invariants: every refusal names a code and leaves no trace; what is not one of our errors is logged without contents
and answered 500; `NotNowError` is 503, so that the sender tries again.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TypeVar

from django.db import DatabaseError, connections

from liaison.errors import LiaisonError, MalformedError, VerificationError
from liaison.node.databases import refusal as database_refusal
from liaison.node.node import Node
from liaison.peer.authentication import identify_caller, remembered_signer, verified_body
from liaison.peer.messages import MOST_TOGETHER
from liaison.peer.quotas import Quotas
from liaison.peer.requests import DoorRequest, problem, status_of
from liaison.peer.routes import ROUTES, Route
from liaison.register.facts import KeyFact
from liaison.wire.http import HttpAnswer

log = logging.getLogger("liaison.peer")

T = TypeVar("T")

# What is in hand at once, from the moment it is let in until it is answered: requests, and bytes of their bodies.
MOST_OF_ONE = 18
MOST_OF_STRANGERS = 64
MOST_OF_ADDRESS = 4
MOST_BYTES = 64 << 20
MOST_BYTES_OF_STRANGERS = 16 << 20
# Of long answers, until they are taken: as much as one node asks for at once (`node.services.line.fetching`).
MOST_ANSWERS = 64 << 20
MOST_ANSWERS_OF_STRANGERS = 16 << 20
MOST_ANSWERS_OF_ONE = 8 << 20
MOST_ANSWERS_OF_ADDRESS = 2 << 20
STRANGERS = "strangers"


@dataclass(frozen=True, slots=True)
class Sorted:
    """A request with its route, the length of its body and how many messages are in it; `signed` when its sender must
    be or says to be known."""

    route: Route
    request: DoorRequest
    size: int
    signed: bool
    count: int = 1


@dataclass(frozen=True, slots=True)
class Admitted:
    """A request that was let in, and whose it is: a participant, or an address of strangers; and how many seconds it
    should wait before it is worked at."""

    route: Route
    request: DoorRequest
    size: int
    holder: str
    pause: float = 0.0


@dataclass(frozen=True, slots=True)
class Door:
    """The peer door of one node, with its quotas."""

    node: Node
    quotas: Quotas

    def answer(self, request: DoorRequest) -> HttpAnswer:
        """The answer to one request whose body is at hand; never raises."""
        found = self.sort(request)
        admitted = found if isinstance(found, HttpAnswer) else self.admit(found)
        if isinstance(admitted, HttpAnswer):
            return admitted
        with ExitStack() as held:
            try:
                self.hold(admitted, held)
            except LiaisonError as error:
                return refusal(request, error)
            return self.perform(admitted)

    def sort(self, request: DoorRequest) -> Sorted | HttpAnswer:
        """The route of a request, from its headers alone."""
        found = find_route(request.method, request.path)
        if isinstance(found, HttpAnswer):
            return found
        route, params = found
        size = _declared_size(request, route)
        if isinstance(size, HttpAnswer):
            return size
        signed = route.signed or (route.optional and "signature" in request.headers)
        count = _declared_count(request) if route.several else 1
        if not count:
            return problem(400, "count-malformed")
        return Sorted(route, replace(request, params=params), size, signed, count)

    def admit(self, found: Sorted) -> Admitted | HttpAnswer:
        """Whose request it is, and that its quota is not used up. Asks the database only where it is signed."""
        return _guarded(self.node, found.request, lambda: self._admit(found))

    def admit_from_memory(self, found: Sorted) -> Admitted | HttpAnswer | None:
        """The same where no table need be asked, so also in an event loop; else None."""
        if not found.signed:
            return self.admit(found)
        try:
            signer = remembered_signer(self.node, found.request)
        except MalformedError:
            return None
        return _guarded(self.node, found.request, lambda: self._admit(found, signer)) if signer is not None else None

    def hold(self, admitted: Admitted, held: ExitStack) -> None:
        """Count the request as in hand until `held` is closed. Raises NotNowError."""
        holds: list[tuple[str, int, int]] = [("bytes", MOST_BYTES, admitted.size)]
        if admitted.request.caller is not None:
            holds.append((admitted.holder, MOST_OF_ONE, 1))
        elif admitted.size:
            holds.append((admitted.holder, MOST_OF_ADDRESS, 1))
            holds.append((STRANGERS, MOST_OF_STRANGERS, 1))
            holds.append((f"bytes of {STRANGERS}", MOST_BYTES_OF_STRANGERS, admitted.size))
        for name, most, amount in holds:
            held.enter_context(self.quotas.hold(name, most, amount=amount))

    def keep(self, admitted: Admitted, answer: HttpAnswer, held: ExitStack) -> HttpAnswer:
        """The answer, counted as in hand until `held` is closed; or a refusal where too much waits to be taken."""
        known = admitted.request.caller is not None
        holds = (
            (f"answers to {admitted.holder}", MOST_ANSWERS_OF_ONE if known else MOST_ANSWERS_OF_ADDRESS),
            ("answers", MOST_ANSWERS) if known else (f"answers to {STRANGERS}", MOST_ANSWERS_OF_STRANGERS),
        )
        try:
            for name, most in holds:
                held.enter_context(self.quotas.hold(name, most, amount=len(answer.body)))
        except LiaisonError as error:
            return refusal(admitted.request, error)
        return answer

    def perform(self, admitted: Admitted) -> HttpAnswer:
        """The answer to a request that was let in; its body can be read without waiting for the peer."""
        request = admitted.request
        if request.caller is not None:
            request = replace(request, body=_once(lambda: verified_body(admitted.request)))
        return _guarded(self.node, request, lambda: admitted.route.function(self.node, request))

    def _admit(self, found: Sorted, signer: tuple[str, KeyFact] | None = None) -> Admitted:
        if not found.route.always:
            self.node.storage.require_sound()
        request, now = found.request, self.node.clock.monotonic()
        address = f"address:{request.address}"
        if not found.signed:
            pause = self.quotas.take_unknown(request.address, found.size, now=now)
            return Admitted(found.route, request, found.size, address, pause)
        # Before the signature is verified, which costs most of a refusal.
        self.quotas.require_credit(request.address, signer[1].participant if signer else "", now=now)
        try:
            caller = identify_caller(self.node, request, dated=found.route.dated, signer=signer)
        except (MalformedError, VerificationError):
            self.quotas.take_unknown(request.address, 0, now=now)
            raise
        self.quotas.take(caller.participant, found.size, now=now, requests=found.count)
        return Admitted(found.route, replace(request, caller=caller), found.size, caller.participant)


def _guarded(node: Node, request: DoorRequest, step: Callable[[], T]) -> T | HttpAnswer:
    """What `step` gives, or the answer to what went wrong in it."""
    try:
        return step()
    except LiaisonError as error:
        return refusal(request, error)
    except DatabaseError as error:
        # A full or failed disk or a lost server: nothing was stored, so the sender tries again.
        refused = database_refusal(node.storage, error)
        connections.close_all()
        return problem(503, refused.code)
    except Exception:
        log.exception("failed %s", request.method)
        return problem(500, "internal-error")


def refusal(request: DoorRequest, error: LiaisonError) -> HttpAnswer:
    """The answer to a request that one of our errors ended."""
    log.info("refused %s %s: %s", request.method, request.path, error.code)
    return problem(status_of(error), error.code)


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
    if "transfer-encoding" in request.headers or (text is None and request.method != "GET"):
        return problem(411, "length-required")
    if "content-encoding" in request.headers:
        return problem(415, "encoding-not-taken")
    if text is None:
        return 0
    if not re.fullmatch(r"0|[1-9][0-9]{0,15}", text):
        return problem(400, "length-malformed")
    return int(text) if int(text) <= route.limit else problem(413, "too-large")


def _declared_count(request: DoorRequest) -> int:
    """How many messages are in the body, known before a byte of it is read; 0 where that is not said rightly."""
    text = request.argument("count")
    return int(text) if re.fullmatch(r"[1-9][0-9]?", text) and int(text) <= MOST_TOGETHER else 0


def _once(read: Callable[[], bytes]) -> Callable[[], bytes]:
    """The stream can be read once; a function may ask twice."""
    kept: list[bytes] = []

    def body() -> bytes:
        if not kept:
            kept.append(read())
        return kept[0]

    return body
