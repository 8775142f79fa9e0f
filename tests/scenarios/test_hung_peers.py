"""Do peers that take a call and never answer delay the others?"""

from __future__ import annotations

import threading
import time
from pathlib import Path

from liaison.node.models import IncomingCopy
from liaison.node.services.line.sending import send_letter
from liaison.node.work.worker import Worker
from liaison.wire.http import HttpAddress, HttpAnswer, HttpRequest
from tests.world import Bell, World

HUNG = tuple(f"X{letter}" for letter in "FGHIJ")


def test_a_worker_serves_the_living_while_others_hang(tmp_path: Path) -> None:
    with World(tmp_path, codes=("XC", "XD", *HUNG)) as world:
        release, carry = threading.Event(), world.network.carry

        def hanging(address: HttpAddress, request: HttpRequest) -> HttpAnswer:
            if any(code.lower() in address.url for code in HUNG):
                release.wait(60)
            return carry(address, request)

        world.network.carry = hanging  # type: ignore[method-assign]
        node = world.nodes["XC"]
        for code in HUNG:
            for _ in range(10):
                send_letter(node, world.letter("XC", code))
        for _ in range(5):
            send_letter(node, world.letter("XC", "XD"))
        worker = Worker(node, Bell(), threads=8)
        thread = threading.Thread(target=worker.run)
        thread.start()
        try:
            deadline = time.monotonic() + 30
            while time.monotonic() < deadline and received(world) < 5:
                time.sleep(0.05)
            assert received(world) == 5
        finally:
            worker.stop()
            release.set()
            thread.join(60)


def received(world: World) -> int:
    with world.at("XD"):
        return IncomingCopy.objects.filter(verdict="accepted").count()
