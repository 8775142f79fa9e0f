"""Is a time-stamping authority asked over HTTP as RFC 3161 says, and is what it may do wrong told as one error?"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from liaison.adapters.transports.stamps import MOST, HttpStamps
from liaison.cooperation.evidence.stamps import ask_stamp, parse_trust, verify_stamp
from liaison.errors import UnreachableError, UsageError
from tests.cooperation.evidence.authority import Authority

PAYLOAD = b"the payload of a custody line"


@contextmanager
def served(answer: Any, status: int = 200) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """A server on this machine that gives `answer(question)`; its address, and path and type of what was asked."""
    asked: list[tuple[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append((self.path, self.headers["Content-Type"]))
            data = answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/tsr", asked
        finally:
            server.shutdown()
            thread.join()


def link(url: str, certificate: Path, *allowed: str) -> HttpStamps:
    return HttpStamps(url, certificate, allowed_private_hosts=allowed)


def test_an_authority_is_asked_by_one_post_and_its_answer_is_good(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with served(authority.answer) as (url, asked):
        stamps = link(url, authority.certificate, "127.0.0.1")
        stamp = stamps.ask(ask_stamp(PAYLOAD))
    assert asked == [("/tsr", "application/timestamp-query")]
    verify_stamp(stamp, PAYLOAD, parse_trust(stamps.certificates()))


@pytest.mark.parametrize(("size", "status"), [(10, 500), (10, 302), (MOST + 1, 200)])
def test_an_answer_that_is_none_is_told(tmp_path: Path, size: int, status: int) -> None:
    with served(lambda _: bytes(size), status) as (url, _), pytest.raises(UnreachableError, match="stamp-not-reached"):
        link(url, tmp_path / "none", "127.0.0.1").ask(b"question")


def test_a_private_address_is_asked_only_if_it_is_named(tmp_path: Path) -> None:
    with served(lambda _: b"") as (url, asked), pytest.raises(UnreachableError):
        link(url, tmp_path / "none").ask(b"question")
    assert asked == []
    with pytest.raises(UnreachableError, match="stamp-not-reached"):
        link("ftp://tsa.example/", tmp_path / "none").ask(b"question")
    with pytest.raises(UsageError, match="file-not-readable"):
        link(url, tmp_path / "none").certificates()
