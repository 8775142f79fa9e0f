"""Who answers for many nodes at little cost? One process for some of them, each with its own database, keys and port.

    python -m tests.scenarios.receivers HOME …       prints "ready", then serves until it is ended

Invariants: what answers is `peer.door.Door` as `liaison node serve` runs it, over TLS 1.3 with the node's own key;
only the web server is another one, a thread for each connection instead of granian's event loop; no worker runs.
"""

from __future__ import annotations

import ssl
import sys
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import tests.with_django  # noqa: F401

# isort: split
from liaison.node import wiring
from liaison.node.config import database_url
from liaison.node.databases import add_database
from liaison.node.node import Node
from liaison.peer.door import Door
from liaison.peer.quotas import Quotas
from liaison.peer.requests import DoorRequest


def open_home(home: Path) -> Node:
    """The node of a home under a database of its own, so that one process can hold many."""
    opened = wiring.open_node(home)
    alias = f"process:{home}"
    add_database(alias, database_url(home, opened.config))
    return replace(opened, database=alias)


class _Site(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, home: Path) -> None:
        self.door = Door(open_home(home), Quotas())
        listen = self.door.node.config.listen
        super().__init__((listen.host, listen.port), _Handler)
        files, context = wiring.listener_files(home), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_cert_chain(files.certificate, files.key, files.password)
        # The thread of a connection shakes hands with its first read, so that no peer keeps others from being taken.
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", "0")))
        path, _, query = self.path.partition("?")
        site: _Site = self.server  # type: ignore[assignment]
        answer = site.door.answer(
            DoorRequest(
                self.command,
                headers.get("host", ""),
                path,
                f"?{query}",
                headers=headers,
                body=lambda: body,
                address=self.client_address[0],
            )
        )
        self.send_response_only(answer.status)
        for name, value in {**answer.headers, "content-length": str(len(answer.body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    do_GET = do_POST

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing of requests."""


def main() -> None:
    """Serve the homes that the command names."""
    threads = [threading.Thread(target=_Site(Path(home)).serve_forever) for home in sys.argv[1:]]
    for thread in threads:
        thread.start()
    print("ready", flush=True)
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
