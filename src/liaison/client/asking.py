"""How is one request sent to a node and its answer read? HTTP/1.1 with a token, nothing else.

Invariants: one connection a request; TLS is checked against the machine's authorities unless the node is on this
machine, where every name under `localhost` is (RFC 6761), whatever resolves names here; an answer is at most `MOST`
bytes, but for a file; nothing is sent again by itself.
"""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Protocol, TypeVar
from urllib.parse import urlencode, urlsplit

import msgspec

from liaison.client.shapes import Problem
from liaison.errors import LiaisonError, MalformedError, UnreachableError
from liaison.explanations import explain
from liaison.wire.typed import read_json

ROOT = "/api/v1"
MOST = 64 << 20
LONGEST_LINE = 64 << 10
SECONDS = 60.0
REFUSED = 300
HERE, UNDER_LOCALHOST = ("localhost", "127.0.0.1", "::1"), ".localhost"
V = TypeVar("V")


def told(error: LiaisonError) -> str:
    """What an error says to a person: what happened, what was kept, what to do next."""
    words = explain(error)
    return f"{words.what} {words.kept} {words.next}"


class Paged(Protocol):
    """A page of a list; `next` is None on the last one."""

    @property
    def next(self) -> str | None:
        """The cursor of the page after it."""


P = TypeVar("P", bound=Paged)


class NodeUnreachableError(UnreachableError):
    """No answer came; whether the request was done is not known."""

    __str__ = told


class NodeAnswerError(MalformedError):
    """The answer is not one of this API."""

    __str__ = told


class RefusedError(LiaisonError):
    """The node did not do it; `problem` says what happened, what was kept and what to do next.

    `wait` is how many seconds to wait before the same request is sent again, 0 where that would change nothing.
    """

    def __init__(self, problem: Problem, wait: int = 0) -> None:
        super().__init__(problem.code)
        self.problem = problem
        self.wait = wait

    def __str__(self) -> str:
        return f"{self.problem.detail} {self.problem.kept} {self.problem.next}"


@dataclass(frozen=True, slots=True)
class Asker:
    """Where the node is and with which token it is asked."""

    url: str
    token: str

    def read(self, path: str, shape: type[V], query: Mapping[str, object] | None = None) -> V:
        """What a GET tells. Raises RefusedError, UnreachableError, MalformedError."""
        return _as(self.ask("GET", path, query=query), shape)

    def pages(self, path: str, shape: type[P], query: Mapping[str, object] | None = None) -> Iterator[P]:
        """All pages of a list. Raises RefusedError, UnreachableError, MalformedError."""
        cursor: str | None = ""
        while cursor is not None:
            page = self.read(path, shape, {**(query or {}), "cursor": cursor})
            yield page
            cursor = page.next

    def write(self, path: str, body: object, shape: type[V], *, key: str = "") -> V:
        """What a POST tells. Raises RefusedError, UnreachableError, MalformedError."""
        headers = {"Content-Type": "application/json"} | ({"Idempotency-Key": key} if key else {})
        return self.post(path, json.dumps(body).encode(), shape, headers)

    def post(self, path: str, data: bytes, shape: type[V], headers: Mapping[str, str]) -> V:
        """The same for bytes as they are."""
        return _as(self.ask("POST", path, body=data, headers=headers), shape)

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        """The body of an answer that is no refusal. Raises RefusedError, UnreachableError, MalformedError."""
        with self._answer(method, path, query=query, body=body, headers=headers) as answer:
            data = answer.read(MOST + 1)
        if len(data) > MOST:
            raise NodeAnswerError("node-answer-too-large", limit=MOST)
        return data

    def lines(self, path: str, query: Mapping[str, object], headers: Mapping[str, str]) -> Iterator[bytes]:
        """The lines of an answer as they come. Raises RefusedError, UnreachableError, MalformedError."""
        with self._answer("GET", path, query=query, headers={"Accept": "text/event-stream", **headers}) as answer:
            while line := answer.readline(LONGEST_LINE):
                yield line.rstrip(b"\r\n")

    def value(self, data: bytes, shape: type[V]) -> V:
        """The value of these bytes. Raises MalformedError."""
        return _as(data, shape)

    @contextmanager
    def _answer(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Iterator[http.client.HTTPResponse]:
        """An answer that is no refusal, to be read inside."""
        target = f"{ROOT}{path}" + (f"?{urlencode(query)}" if query else "")
        shown = {"Authorization": f"Bearer {self.token}", "Accept": "application/json", **(headers or {})}
        shown["Host"] = urlsplit(self.url).netloc.rpartition("@")[2]
        with closing(self._connection()) as connection:
            try:
                connection.request(method, target, body, shown)
                with closing(connection.getresponse()) as answer:
                    if answer.status >= REFUSED:
                        raise _refused(answer)
                    yield answer
            except (OSError, http.client.HTTPException) as error:
                raise NodeUnreachableError("node-not-reached", url=self.url, reason=type(error).__name__) from error

    def _connection(self) -> http.client.HTTPConnection:
        parts = urlsplit(self.url)
        if parts.scheme == "https" and parts.hostname:
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(parts.hostname, parts.port, timeout=SECONDS, context=context)
        host = parts.hostname or ""
        if parts.scheme == "http" and (host in HERE or host.endswith(UNDER_LOCALHOST)):
            here = "localhost" if host.endswith(UNDER_LOCALHOST) else host
            return http.client.HTTPConnection(here, parts.port, timeout=SECONDS)
        raise NodeUnreachableError("node-not-reached", permanent=True, url=self.url, reason="only https is allowed")


def _refused(answer: http.client.HTTPResponse) -> RefusedError:
    wait = answer.headers.get("Retry-After", "")
    return RefusedError(_as(answer.read(MOST), Problem), int(wait) if wait.isdecimal() else 0)


def _as(data: bytes, shape: type[V]) -> V:
    try:
        return read_json(data, shape)
    except msgspec.DecodeError as error:
        raise NodeAnswerError("node-answer-not-understood") from error
