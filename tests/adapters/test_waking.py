"""Does a knock reach the worker, over a socket in a home of any length and over PostgreSQL?"""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from liaison.adapters.waking import PostgresListener, PostgresWaker, SocketListener, SocketWaker
from tests import parts
from tools.postgres import postgres


@pytest.mark.parametrize("depth", [1, 12])
def test_a_knock_on_the_socket_is_heard_in_a_home_of_any_length(tmp_path: Path, depth: int) -> None:
    home = tmp_path.joinpath(*["a-folder-with-a-name"] * depth)
    home.mkdir(parents=True)
    listener = SocketListener(home / "worker.socket")
    SocketWaker(home / "worker.socket").wake()
    SocketWaker(home / "worker.socket").wake()
    assert (listener.wait(5), listener.wait(0.01)) == (True, False)
    listener.close()


def test_leases_that_were_left_are_heard_once_with_the_knock(tmp_path: Path) -> None:
    listener, waker = SocketListener(tmp_path / "worker.socket"), SocketWaker(tmp_path / "worker.socket")
    tokens = frozenset(f"{number:032x}" for number in range(450))
    waker.wake()
    waker.wake(tokens)
    assert listener.wait(5)
    assert (listener.left(), listener.left()) == (tokens, frozenset())
    listener.close()


def test_knocking_where_nobody_listens_is_no_error(tmp_path: Path) -> None:
    SocketWaker(tmp_path / "nobody" / "worker.socket").wake()
    PostgresWaker("postgresql://nobody@127.0.0.1:1/none").wake()


def test_a_notify_is_heard_by_a_listener_of_the_same_database() -> None:
    with postgres() as url:
        if url is None:
            parts.needs("postgresql")
        listener, waker = PostgresListener(str(url), "0000002a"), PostgresWaker(str(url))
        assert listener.wait(1) is True
        assert listener.wait(0.01) is False
        threading.Timer(0.05, waker.wake).start()
        assert listener.wait(10) is True
        waker.wake(["9f86" * 8])
        assert listener.wait(10) is True
        assert (listener.left(), listener.left()) == ({"9f86" * 8}, frozenset())
        other = PostgresListener(str(url), "7fffffff")
        assert other.living() == listener.living() == {"0000002a", "7fffffff"}
        other.close()
        deadline = time.monotonic() + 60  # The server hears of a closed connection when it comes to it.
        while listener.living() != {"0000002a"}:
            assert time.monotonic() < deadline
        waker.close()
        listener.close()
