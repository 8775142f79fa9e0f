"""Killed with SIGKILL between any two steps of leaving or fetching, is a message neither lost nor doubled?

A forked process does the step and kills itself at one request (power stays on). What it had committed by then
is found by who comes after it.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connections

from liaison.node.services.letterbox.collecting import collect_all
from liaison.wire.http import HttpAnswer, HttpRequest
from tests.letterbox.boxes import behind_nat, inbox, kept, settle_down, states, waiting
from tests.world import World

pytestmark = pytest.mark.engine

FETCHING = {
    "after it was fetched": ("GET", "/letters/", True),
    "between store and delete": ("DELETE", "/letters/", False),
    "after the delete": ("DELETE", "/letters/", True),
}
LEAVING = {
    "before it is left": ("POST", "/letter-boxes/", False),
    "after it was kept and before that was noted": ("POST", "/letter-boxes/", True),
}


def killed_at(world: World, step: tuple[str, str, bool], work: Callable[[], object]) -> None:
    """Do `work` in a process that dies before or after the first request of this kind."""
    method, path, after = step
    ask = world.network.ask

    def dying(host: str, request: HttpRequest) -> HttpAnswer:
        hit = request.method == method and request.path.startswith(path)
        answer = ask(host, request) if after or not hit else None
        if hit:
            os.kill(os.getpid(), signal.SIGKILL)
        assert answer is not None
        return answer

    connections.close_all()
    child = os.fork()
    if not child:
        world.network.ask = dying  # type: ignore[method-assign]
        try:
            work()
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL


def assert_arrived_once(world: World) -> None:
    world.advance(minutes=4)  # What the dead process had leased is free.
    settle_down(world)
    assert (len(inbox(world, "XD")), states(world, "XC")) == (1, ["received"])
    assert {state for _, state in kept(world)} == {"fetched"}
    assert waiting(world, "XC") == waiting(world, "XD") == []


@pytest.mark.parametrize("when", FETCHING)
def test_an_owner_killed_while_it_fetches_has_the_message_once(tmp_path: Path, when: str) -> None:
    with behind_nat(tmp_path) as world:
        world.send("XC", "XD")
        killed_at(world, FETCHING[when], lambda: collect_all(world.nodes["XD"]))
        assert_arrived_once(world)


@pytest.mark.parametrize("when", LEAVING)
def test_a_sender_killed_while_it_leaves_a_message_leaves_it_once(tmp_path: Path, when: str) -> None:
    with behind_nat(tmp_path) as world:
        world.network.down = {"XE"}
        world.send("XC", "XD")
        world.network.down = set()
        world.advance(minutes=1)
        killed_at(world, LEAVING[when], lambda: world.work("XC"))
        assert len(kept(world)) <= 1
        assert_arrived_once(world)
