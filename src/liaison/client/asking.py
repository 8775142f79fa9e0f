"""How is one request sent to a node and its answer read? HTTP/1.1 with a token, nothing else.

Invariants: one connection a request; TLS is checked against the machine's authorities unless the node is on this
machine; an answer is at most `MOST` bytes, but for a file; nothing is sent again by itself.
"""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode, urlsplit

import msgspec

from liaison.client.shapes import Problem
from liaison.errors import LiaisonError, MalformedError, UnreachableError
from liaison.wire.typed import read_json

ROOT = "/api/v1"
MOST = 64 << 20
SECONDS = 60.0
REFUSED = 300
V = TypeVar("V")


class RefusedError(LiaisonError):
    """The node did not do it; `problem` says what happened, what was kept and what to do next."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem

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
        target = f"{ROOT}{path}" + (f"?{urlencode(query)}" if query else "")
        connection = self._connection()
        shown = {"Authorization": f"Bearer {self.token}", "Accept": "application/json", **(headers or {})}
        try:
            connection.request(method, target, body, shown)
            with closing(connection.getresponse()) as answer:
                status, data = answer.status, answer.read(MOST + 1)
        except (OSError, http.client.HTTPException) as error:
            raise UnreachableError("node-not-reached", url=self.url, reason=type(error).__name__) from error
        finally:
            connection.close()
        if len(data) > MOST:
            raise MalformedError("node-answer-too-large", limit=MOST)
        if status >= REFUSED:
            raise RefusedError(_as(data, Problem))
        return data

    def _connection(self) -> http.client.HTTPConnection:
        parts = urlsplit(self.url)
        if parts.scheme == "https" and parts.hostname:
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(parts.hostname, parts.port, timeout=SECONDS, context=context)
        if parts.scheme == "http" and (parts.hostname or "").endswith(("localhost", "127.0.0.1")):
            return http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=SECONDS)
        raise UnreachableError("node-not-reached", permanent=True, url=self.url, reason="only https is allowed")


def _as(data: bytes, shape: type[V]) -> V:
    try:
        return read_json(data, shape)
    except msgspec.DecodeError as error:
        raise MalformedError("node-answer-not-understood") from error
