"""Is a peer waited for as long as bytes move, and no longer?"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from liaison.adapters.tls import create_tls, tls_files
from liaison.adapters.transports.peer import tls_context
from liaison.adapters.transports.progress import WatchedLine

Peer = Callable[[ssl.SSLSocket], None]
Open = Callable[[Peer], AbstractContextManager[WatchedLine]]


@pytest.fixture
def opened(tmp_path: Path) -> Open:
    """Opens a watched line to a peer that runs in a thread."""
    create_tls(tmp_path, b"credential")
    files = tls_files(tmp_path, b"credential")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key, files.password)

    @contextmanager
    def opening(peer: Peer) -> Iterator[WatchedLine]:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)

            def serve() -> None:
                plain, _ = listener.accept()
                with context.wrap_socket(plain, server_side=True) as secured:
                    peer(secured)

            thread = threading.Thread(target=serve)
            thread.start()
            plain = socket.create_connection(listener.getsockname())
            line = WatchedLine(tls_context().wrap_socket(plain))
            yield line
            line.close()
            thread.join(30)

    return opening


def wait_for_the_end(secured: ssl.SSLSocket) -> None:
    while secured.recv(65536):
        pass


def test_a_peer_that_trickles_is_waited_for_longer_than_one_that_is_silent(opened: Open) -> None:
    def trickle(secured: ssl.SSLSocket) -> None:
        for _ in range(12):
            time.sleep(0.25)
            secured.sendall(b"x")

    with opened(trickle) as line:
        line.begin(quiet=2.0, longest=60.0)
        assert line.makefile("rb").read(12) == b"x" * 12


def test_silence_ends_the_exchange(opened: Open) -> None:
    with opened(wait_for_the_end) as line:
        line.begin(quiet=0.5, longest=60.0)
        with pytest.raises(TimeoutError):
            line.makefile("rb").read(1)


def test_a_peer_that_moves_for_ever_ends_with_the_whole_exchange(opened: Open) -> None:
    def endless(secured: ssl.SSLSocket) -> None:
        with pytest.raises(OSError):
            while True:
                secured.sendall(b"x")
                time.sleep(0.1)

    with opened(endless) as line:
        line.begin(quiet=30.0, longest=1.0)
        with pytest.raises(TimeoutError):
            line.makefile("rb").read(1 << 20)
        line.close()


def test_what_lies_in_our_own_buffer_is_no_progress_and_what_the_peer_confirms_is(opened: Open) -> None:
    """The peer takes 4 kB ten times a second and says nothing until it has all: longer than one may be silent."""
    size = 160_000

    def slow(secured: ssl.SSLSocket) -> None:
        taken = 0
        while taken < size:
            taken += len(secured.recv(4096))
            time.sleep(0.1)
        secured.sendall(b"done")

    with opened(slow) as line:
        line.begin(quiet=2.5, longest=60.0)
        line.sendall(bytes(size))
        assert line.makefile("rb").read(4) == b"done"
