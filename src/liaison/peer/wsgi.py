"""How does the web server hand a request to the peer door? WSGI, without a framework on the way.

Invariants: nothing of the body is read before the door has let the request in; a body that ends early is refused; a
refused body is not read at all, so the connection is closed after the answer.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from liaison.errors import MalformedError
from liaison.peer.door import Door
from liaison.peer.quotas import Quotas
from liaison.peer.requests import DoorRequest

StartResponse = Callable[[str, list[tuple[str, str]]], Any]


@functools.cache
def _door() -> Door:
    """The door of the node of this process, wired on the first request."""
    from liaison.node.wiring import open_node

    return Door(open_node(), Quotas())


def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """The WSGI callable of the node whose home is `LIAISON_HOME`."""
    return serve(_door(), environ, start_response)


def serve(door: Door, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """Answer one WSGI request at `door`."""
    request = read_request(environ)
    answer = door.answer(request)
    status = HTTPStatus(answer.status)
    headers = [*answer.headers.items(), ("content-length", str(len(answer.body)))]
    start_response(f"{status.value} {status.phrase}", headers)
    return [answer.body]


def read_request(environ: dict[str, Any]) -> DoorRequest:
    """The request in a WSGI environment; its body is a function that reads."""
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    for name, key in (("content-length", "CONTENT_LENGTH"), ("content-type", "CONTENT_TYPE")):
        if environ.get(key):
            headers[name] = environ[key]
    length = headers.get("content-length", "")
    return DoorRequest(
        method=environ["REQUEST_METHOD"],
        authority=environ.get("HTTP_HOST", ""),
        path=environ.get("PATH_INFO", ""),
        query=f"?{environ.get('QUERY_STRING', '')}",
        headers=headers,
        body=lambda: _read_body(environ["wsgi.input"], int(length) if length.isdigit() else 0),
        address=environ.get("REMOTE_ADDR", ""),
    )


def _read_body(stream: Any, length: int) -> bytes:
    """Exactly `length` bytes. Raises MalformedError when they end early."""
    chunks, left = [], length
    while left > 0 and (chunk := stream.read(left)):
        chunks.append(chunk)
        left -= len(chunk)
    if left:
        raise MalformedError("body-cut-short")
    return b"".join(chunks)
