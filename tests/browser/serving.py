"""How does a real browser reach the pages of a world's nodes? A small threaded server a node, on a port of its own.

    with served(world, "XC") as address:      http://xc.localhost:34567

Invariants: the pages are those of the product, with their static files; each thread closes its connection at its end,
so that a world's databases can be dropped.
"""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.core.wsgi import get_wsgi_application
from django.db import connections

from liaison.node.node import Node
from liaison.web.serving import with_files
from liaison.web.site import open_pages
from tests.world import World


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True
    block_on_close = True

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            connections.close_all()


@contextmanager
def served_node(node: Node, name: str) -> Iterator[str]:
    """Serve the pages of a node while the block runs; their address, of which `name` is the beginning."""
    site = with_files(open_pages(node, get_wsgi_application()))
    with make_server("127.0.0.1", 0, site, server_class=_Server, handler_class=_Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, name=f"pages-{name}")
        thread.start()
        try:
            yield f"http://{name.lower()}.localhost:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def served(world: World, code: str) -> AbstractContextManager[str]:
    """The same for a node of a world."""
    return served_node(world.nodes[code], code)
