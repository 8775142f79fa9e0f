"""Does the heartbeat of a real worker stop with it, do its pages and peers notice, and is it heard again?"""

from __future__ import annotations

import os
import signal
import ssl
import urllib.request
from datetime import timedelta
from pathlib import Path

import pytest

from liaison.messages.parties import DeskRef
from liaison.node.models import Heartbeat
from liaison.node.unit_of_work import reading, unit_of_work
from tests.scenarios.processes import Processes
from tests.scenarios.test_failing_disk import children, eventually
from tests.web.visiting import visit_desk

pytestmark = pytest.mark.sqlite


def said(world: Processes, code: str) -> str:
    """What /readyz says."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with urllib.request.urlopen(f"https://127.0.0.1:{world.ports[code]}/readyz", context=context, timeout=10) as got:
        return str(got.read().decode())


def beat(world: Processes, code: str) -> str:
    """When the worker last gave a sign; empty before."""
    with reading(world.nodes[code]):
        row = Heartbeat.objects.first()
    return row.at.isoformat() if row is not None else ""


def desk_page(world: Processes, code: str) -> str:
    """What an officer reads of the desk, from the tables that the real worker writes."""
    desk = DeskRef(world.registry.ids[code], "main", "duty")
    return visit_desk(world.nodes[code], world.registry.entries[0].leaf, desk).see()


def worker(pid: int) -> int:
    """The process of the node that listens at the worker's socket."""
    rows = Path(f"/proc/{pid}/net/unix").read_text(encoding="ascii").splitlines()
    sockets = {f"socket:[{row.split()[6]}]" for row in rows if row.endswith("worker.socket")}
    held = {each: {str(link.readlink()) for link in Path(f"/proc/{each}/fd").iterdir()} for each in children(pid)}
    (found,) = [each for each, links in held.items() if links & sockets]
    return found


def test_a_stopped_worker_falls_silent_and_a_killed_one_is_heard_again(tmp_path: Path) -> None:
    with Processes(tmp_path, "XC", "XD", server="") as world:
        world.start("XC")
        eventually(lambda: bool(beat(world, "XC")), "a first sign")
        pid = worker(world.running["XC"].pid)
        with unit_of_work(world.nodes["XC"]):  # Nobody else writes now, so the worker holds no lock when it stops.
            os.kill(pid, signal.SIGSTOP)
            row = Heartbeat.objects.get()
            Heartbeat.objects.update(at=row.at - timedelta(minutes=12))
        assert "worker-silent 7" in said(world, "XC")
        assert world.run("XD", "check", "run", exits=3)[0]["findings"] == ["worker-silent"]
        assert "has given no sign for" in desk_page(world, "XC")
        silent = beat(world, "XC")
        os.kill(pid, signal.SIGKILL)
        eventually(lambda: beat(world, "XC") > silent, "a sign of the next worker")
        assert said(world, "XC") == "ready\n"
        assert world.run("XD", "check", "run")[0]["findings"] == []
        assert "has given no sign" not in desk_page(world, "XC")
