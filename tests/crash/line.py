"""How do two processes of a crash test reach each other's doors? Over sockets in the abstract namespace.

Invariants: the name of a socket dies with its process, so a killed node refuses connections at once and a call in
hand ends with the connection, as over TCP.
"""

from __future__ import annotations

import contextlib
import threading
from multiprocessing.connection import Client, Connection, Listener
from urllib.parse import urlsplit

from liaison.errors import UnreachableError
from liaison.peer.door import Door
from liaison.peer.requests import DoorRequest
from liaison.wire.http import HttpAddress, HttpAnswer, HttpRequest


def socket_name(stage: str, code: str) -> str:
    """The address of a node's door; `stage` keeps runs apart."""
    return f"\0liaison-crash-{stage}-{code}"


class SocketCarrier:
    """A `Carrier` that gives the request to the process behind the other node's socket."""

    def __init__(self, stage: str) -> None:
        self._stage = stage

    def carry(self, address: HttpAddress, request: HttpRequest) -> HttpAnswer:
        host = urlsplit(address.url).netloc
        try:
            with Client(socket_name(self._stage, host.split(".")[0]), "AF_UNIX") as connection:
                connection.send((host, request))
                answer: HttpAnswer = connection.recv()
        except (OSError, EOFError) as error:
            raise UnreachableError("peer-hung-up", url=address.url) from error
        return answer


def open_door(door: Door, stage: str, code: str) -> None:
    """Answer requests in a thread, one after the other, until the process ends."""
    listener = Listener(socket_name(stage, code), "AF_UNIX", backlog=16)
    threading.Thread(target=_serve, args=(listener, door), daemon=True).start()


def _serve(listener: Listener, door: Door) -> None:
    while True:
        with contextlib.suppress(OSError, EOFError), listener.accept() as connection:
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
