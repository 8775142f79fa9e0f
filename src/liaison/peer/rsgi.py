"""How does the web server hand a request to the peer door? RSGI: an event loop waits, and threads only work.

    headers → the door decides → the loop reads the body → a thread of the pool works → the loop gives the answer

Invariants:
- nothing of the body is read before the door has let the request in; a refused body is not read at all, so the
  connection is closed after the answer;
- no thread is held while a peer sends its bytes or takes ours (`peer.bodies`), so slow peers keep
  nobody out;
- strangers work in a few threads of their own, with a bounded queue, so they keep no known peer waiting;
- who asks too much waits for its answers, in the loop, at nobody's cost: a flood over some lines is as slow as
  these waits make it (docs/spec/peer-door.md);
- what runs in the loop itself touches no database.
"""

from __future__ import annotations

import asyncio
import functools
import ipaddress
import logging
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from liaison.errors import LiaisonError
from liaison.peer.bodies.giving import SHORT, bind_connections, pour
from liaison.peer.bodies.reading import read_body
from liaison.peer.door import Admitted, Door, Sorted, refusal
from liaison.peer.quotas import divided_quotas
from liaison.peer.requests import DoorRequest
from liaison.wire.http import HttpAnswer

log = logging.getLogger("liaison.peer")

KNOWN_THREADS = 24
STRANGERS_THREADS = 4
LOOKED_EACH = 0.05
NOT_NOW = 503
PAUSE_OF_THE_REFUSED = 0.25

T = TypeVar("T")


def open_site() -> Site:
    """The RSGI callable of the node whose home is `LIAISON_HOME`."""
    from liaison.node.databases import leave_folding
    from liaison.node.wiring import open_node

    node = open_node()
    leave_folding(node.database)
    return Site(Door(node, divided_quotas(node.config.processes.web)))


def _pool(name: str, threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix=name)


@dataclass(frozen=True, slots=True)
class Site:
    """What listens at the node's one address: the peer door; pages for people are asked where `_answer` says so."""

    door: Door
    known: Executor = field(default_factory=functools.partial(_pool, "known", KNOWN_THREADS))
    strangers: Executor = field(default_factory=functools.partial(_pool, "strangers", STRANGERS_THREADS))

    def __rsgi_init__(self, loop: Any) -> None:
        """What granian calls before it listens: the socket's options are set as soon as it does."""
        if not bind_connections(self.door.node.config.listen.port):
            loop.call_later(LOOKED_EACH, self.__rsgi_init__, loop)

    async def __call__(self, scope: Any, protocol: Any) -> None:
        """Answer one request; granian calls this in the event loop."""
        request = read_request(scope)
        with ExitStack() as held:
            answer = await self._answer(request, protocol, held)
            if len(answer.body) > SHORT:
                if not await pour(protocol, answer):
                    log.info("cut off %s %s: taken too slowly", request.method, request.path)
                return
        protocol.response_bytes(answer.status, list(answer.headers.items()), answer.body)

    async def _answer(self, request: DoorRequest, protocol: Any, held: ExitStack) -> HttpAnswer:
        # A page for people is found here, by a path that is not the door's: its body is read by the loop up to a
        # limit of its own, as below, and the WSGI callable then runs in a thread.
        found = self.door.sort(request)
        if isinstance(found, HttpAnswer):
            return found
        pool = self.known if found.signed else self.strangers
        admitted = await self._admit(found)
        if isinstance(admitted, HttpAnswer):
            if admitted.status == NOT_NOW:
                await asyncio.sleep(PAUSE_OF_THE_REFUSED)
            return admitted
        if admitted.pause:
            await asyncio.sleep(admitted.pause)
        try:
            self.door.hold(admitted, held)
            body = await read_body(protocol, size=admitted.size) if admitted.size else b""
        except LiaisonError as error:
            return refusal(request, error)
        whole = replace(admitted, request=replace(admitted.request, body=lambda: body))
        answer = await _in_thread(pool, lambda: self.door.perform(whole))
        return self.door.keep(admitted, answer, held) if len(answer.body) > SHORT else answer

    async def _admit(self, found: Sorted) -> Admitted | HttpAnswer:
        """A key that is not in mind is looked up in the database, so not in the loop."""
        admitted = self.door.admit_from_memory(found)
        if admitted is not None:
            return admitted
        return await _in_thread(self.known, lambda: self.door.admit(found))


async def _in_thread(pool: Executor, work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(pool, work)


def read_request(scope: Any) -> DoorRequest:
    """The request in an RSGI scope, without its body. A header that came twice has both values, as no parser takes."""
    headers: dict[str, str] = {}
    for name, value in scope.headers.items():
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return DoorRequest(
        method=scope.method,
        authority=headers.get("host", ""),
        path=scope.path,
        query=f"?{scope.query_string}",
        headers=headers,
        body=bytes,
        address=_network(scope.client),
    )


def _network(client: str) -> str:
    """Whose quota a stranger's request counts against: its address, in IPv6 the /64 that one customer has."""
    host = client.rpartition(":")[0].strip("[]")
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv4Address):
        return host
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(address) >> 64 << 64, 64)))
