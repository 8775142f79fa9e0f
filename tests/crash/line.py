"""How do two processes of a crash test reach each other's doors? Over sockets in the abstract namespace.

Invariants: the name of a socket dies with its process, so a killed node refuses connections at once and a call in
hand ends with the connection, as over TCP; what is said goes out by `writev`, which no file of a node is written by, so
a fault of the disk never strikes an order or an answer.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from multiprocessing.connection import Connection
from urllib.parse import urlsplit

from liaison.errors import UnreachableError
from liaison.peer.door import Door
from liaison.peer.requests import DoorRequest
from liaison.wire.http import HttpAddress, HttpAnswer, HttpRequest


def socket_name(stage: str, code: str) -> str:
    """The address of a node's door; `stage` keeps runs apart."""
    return f"\0liaison-crash-{stage}-{code}"


class Line(Connection):
    """A connection beside the disk."""

    def _send(self, buf: bytes, write: object = None) -> None:
        super()._send(buf, write=lambda handle, data: os.writev(handle, [data]))  # type: ignore[misc]


class SocketCarrier:
    """A `Carrier` that gives the request to the process behind the other node's socket."""

    def __init__(self, stage: str) -> None:
        self._stage = stage

    def carry(self, address: HttpAddress, request: HttpRequest) -> HttpAnswer:
        host = urlsplit(address.url).netloc
        try:
            with _dial(socket_name(self._stage, host.split(".")[0])) as connection:
                connection.send((host, request))
                answer: HttpAnswer = connection.recv()
        except (OSError, EOFError) as error:
            raise UnreachableError("peer-hung-up", url=address.url) from error
        return answer


def _dial(name: str) -> Line:
    with socket.socket(socket.AF_UNIX) as ours:
        ours.connect(name)
        return Line(ours.detach())


def open_door(door: Door, stage: str, code: str) -> None:
    """Answer requests in a thread, one after the other, until the process ends."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(socket_name(stage, code))
    listener.listen(16)
    threading.Thread(target=_serve, args=(listener, door), daemon=True).start()


def _serve(listener: socket.socket, door: Door) -> None:
    while True:
        caller, _ = listener.accept()
        with contextlib.suppress(OSError, EOFError), Line(caller.detach()) as connection:
            connection.send(_answer(door, connection))


def _answer(door: Door, connection: Connection) -> HttpAnswer:
    host, request = connection.recv()
    path, _, query = request.path.partition("?")
    return door.answer(
        DoorRequest(
            request.method,
            host,
            path,
            f"?{query}",
            headers=request.headers,
            body=lambda: request.body,
            address="198.51.100.1",
        )
    )
