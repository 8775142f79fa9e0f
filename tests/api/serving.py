"""The API of a node of a world behind a real port on loopback, for clients that speak HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.core.wsgi import get_wsgi_application
from django.db import connections

from liaison.node.node import Node
from liaison.web.site import open_pages


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = False

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        super().process_request_thread(request, client_address)
        connections.close_all()


class _Handler(WSGIRequestHandler):
    def parse_request(self) -> bool:
        # Noted before it is answered: a client that has its answer finds its request in the list.
        well = super().parse_request()
        self.server.seen.append(self.requestline)  # type: ignore[attr-defined]
        return well

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def served(node: Node, seen: list[str] | None = None) -> Iterator[str]:
    """The address of the node's API, while it is served; the first line of each request goes to `seen`."""
    site: Any = open_pages(node, get_wsgi_application())
    server = make_server("127.0.0.1", 0, site, server_class=_Server, handler_class=_Handler)
    server.seen = seen if seen is not None else []
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
