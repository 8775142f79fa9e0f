"""An HTTP gateway on the loopback address, as one that sends text messages: it writes down what a person would receive.

with gateway() as gate:
    gate.url                         json://127.0.0.1:…/send/{to}      for a provider's file
    gate.received                    [("+41791234567", "Message waiting, code 4821", "One urgent …"), …]
    gate.hold.clear()                from now on a request is held until it is set
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote


@dataclass
class Gateway:
    url: str = ""
    status: int = 200
    received: list[tuple[str, str, str]] = field(default_factory=list)
    hold: threading.Event = field(default_factory=threading.Event)
    begun: threading.Event = field(default_factory=threading.Event)


@contextmanager
def gateway() -> Iterator[Gateway]:
    gate = Gateway()
    gate.hold.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if gate.status == 200:
                gate.received.append((unquote(self.path.rpartition("/")[2]), told["title"], told["message"]))
            gate.begun.set()
            gate.hold.wait(30)
            try:
                self.send_response(gate.status)
                self.send_header("Content-Length", "0")
                self.end_headers()
            except OSError:  # Whoever asked was killed.
                pass

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    gate.url = f"json://127.0.0.1:{server.server_address[1]}/send/{{to}}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield gate
    finally:
        gate.hold.set()
        server.shutdown()
        server.server_close()
        thread.join()
