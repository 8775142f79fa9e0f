"""Does a request go only to the one key the register names, and does it come back whole or not at all?"""

from __future__ import annotations

import http.server
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from liaison.adapters.tls import create_tls, tls_files
from liaison.adapters.transports.peer import HttpsPeerLink
from liaison.errors import UnreachableError
from liaison.wire.http import HttpAddress, HttpRequest


@dataclass
class Door:
    """A server that notes what reached it and answers as told."""

    url: str
    hashes: tuple[str, ...]
    seen: list[str] = field(default_factory=list)
    connections: int = 0
    answer: bytes = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"

    @property
    def address(self) -> HttpAddress:
        return HttpAddress(self.url, self.hashes)


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    digest = create_tls(tmp_path, b"credential")
    files = tls_files(tmp_path, b"credential")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key, files.password)
    state: Door

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            state.connections += 1
            super().setup()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            state.seen.append(f"{self.path} {body.decode()}")
            self.wfile.write(state.answer)
            if b"close" in state.answer or b"cut" in state.answer:
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, request: object, client_address: object) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    state = Door(f"https://127.0.0.1:{server.server_port}", (digest,))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield state
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def link() -> Iterator[HttpsPeerLink]:
    carrier = HttpsPeerLink(allowed_private_hosts=("127.0.0.1",))
    yield carrier
    carrier.close()


def post(body: bytes = b"hello", limit: int = 1 << 20) -> HttpRequest:
    return HttpRequest("POST", "/receipts", body=body, headers={"content-length": str(len(body))}, limit=limit)


def test_a_request_reaches_the_published_key(door: Door, link: HttpsPeerLink) -> None:
    answer = link.carry(door.address, post())
    assert (answer.status, answer.body, door.seen) == (200, b"ok", ["/receipts hello"])


def test_another_key_gets_no_byte_of_the_request(door: Door, link: HttpsPeerLink) -> None:
    with pytest.raises(UnreachableError, match="peer-key-differs"):
        link.carry(HttpAddress(door.url, ("0" * 64,)), post())
    assert door.seen == []


def test_an_old_and_a_new_key_are_both_taken(door: Door, link: HttpsPeerLink) -> None:
    assert link.carry(HttpAddress(door.url, ("0" * 64, *door.hashes)), post()).status == 200


def test_a_peer_without_a_published_key_is_never_called(door: Door, link: HttpsPeerLink) -> None:
    with pytest.raises(UnreachableError, match="peer-key-not-published"):
        link.carry(HttpAddress(door.url, ()), post())


def test_a_loopback_address_is_refused_unless_it_is_named(door: Door) -> None:
    with pytest.raises(UnreachableError, match="peer-address-private"):
        HttpsPeerLink(allowed_private_hosts=()).carry(door.address, post())


def test_the_connection_goes_to_the_address_that_was_judged_whatever_the_name_says_next(door: Door) -> None:
    """Each look-up of the name gives another address; somebody listens at the first of them only."""
    said = ["127.0.0.1", "127.0.0.66", "127.0.0.66"]
    port = door.url.rpartition(":")[2]
    link = HttpsPeerLink(allowed_private_hosts=("peer.example",), lookup=lambda host, port: [said.pop(0)])
    address = HttpAddress(f"https://peer.example:{port}", door.hashes)
    assert link.carry(address, post()).status == 200
    assert said == ["127.0.0.66"] * 2
    assert link.carry(address, post()).status == 200, "a kept connection is not looked up again"
    link.close()
    with pytest.raises(UnreachableError, match="peer-not-reached"):
        link.carry(address, post())
    assert len(door.seen) == 2


def test_a_name_that_turns_inwards_is_judged_anew_for_each_connection(door: Door) -> None:
    said = [["2a00::1", "127.0.0.1"], ["127.0.0.1"], ["::ffff:127.0.0.1"], ["fe80::1%lo"]]
    link = HttpsPeerLink(allowed_private_hosts=(), lookup=lambda host, port: said.pop(0))
    address = HttpAddress(f"https://peer.example:{door.url.rpartition(':')[2]}", door.hashes)
    while said:
        with pytest.raises(UnreachableError, match="peer-address-private") as caught:
            link.carry(address, post())
        assert caught.value.permanent is True
    assert (door.connections, door.seen) == (0, [])


def test_a_connection_is_used_again(door: Door, link: HttpsPeerLink) -> None:
    for _ in range(3):
        link.carry(door.address, post())
    assert door.connections == 1


def test_a_kept_connection_that_died_is_replaced(door: Door, link: HttpsPeerLink) -> None:
    door.answer = b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\ncut"
    assert [link.carry(door.address, post()).status for _ in range(3)] == [200, 200, 200]
    assert door.connections == 3


def test_a_redirect_is_returned_and_not_followed(door: Door, link: HttpsPeerLink) -> None:
    door.answer = b"HTTP/1.1 307 No\r\nlocation: https://elsewhere.example/\r\ncontent-length: 0\r\n\r\n"
    assert link.carry(door.address, post()).status == 307


def test_an_answer_beyond_the_limit_is_refused(door: Door, link: HttpsPeerLink) -> None:
    door.answer = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n" + bytes(100)
    with pytest.raises(UnreachableError, match="peer-answer-too-large"):
        link.carry(door.address, post(limit=99))


def test_an_answer_after_which_the_peer_closes_comes_back_whole(door: Door, link: HttpsPeerLink) -> None:
    door.answer = b"HTTP/1.1 200 OK\r\ncontent-length: 200000\r\nconnection: close\r\n\r\n" + b"x" * 200_000
    assert [len(link.carry(door.address, post()).body) for _ in range(2)] == [200_000, 200_000]
    door.answer = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n" + b"y" * 1000
    assert link.carry(door.address, post()).body == b"y" * 1000


def test_a_truncated_answer_is_no_answer(door: Door, link: HttpsPeerLink) -> None:
    door.answer = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\nconnection: close\r\n\r\nshort"
    with pytest.raises(UnreachableError):
        link.carry(door.address, post())


def test_a_closed_port_is_reported_as_not_reached(door: Door, link: HttpsPeerLink) -> None:
    with pytest.raises(UnreachableError, match="peer-not-reached") as caught:
        link.carry(HttpAddress("https://127.0.0.1:1025", door.hashes), post())
    assert caught.value.permanent is False
