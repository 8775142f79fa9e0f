"""Is somebody told, once a step, by a worker that is killed, whose clock is set, whose gateway is down?"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

import pytest

from liaison.duty.plans import Plan, Step, print_plan
from liaison.node import homes
from liaison.node.config import Config, Notify, NotifyProvider
from liaison.node.models import EscalationEvent, EscalationPlan, Notification, NotificationAttempt
from liaison.node.services.people.officers import desk_filter
from liaison.node.unit_of_work import reading, unit_of_work
from tests.gateway import Gateway, gateway
from tests.node.duty.desk import Stage, staffed
from tests.node.duty.test_channels import gate_file
from tests.scenarios.false_clock import FalseClock

pytestmark = pytest.mark.sqlite

AS_HERE: Mapping[str, str] = MappingProxyType({})


@dataclass
class Surroundings:
    """What the clock of a worker needs of a world of nodes."""

    folder: Path
    surroundings: dict[str, Mapping[str, str]] = field(default_factory=dict)


def worker(home: Path, around: Mapping[str, str] = AS_HERE) -> subprocess.Popen[bytes]:
    """The worker of a node, as `node serve` runs it."""
    program = (
        "import sys; from pathlib import Path; home = Path(sys.argv[1])\n"
        "from liaison.cli.session import prepare_django; prepare_django(home)\n"
        "from liaison.node.work.process import run_worker; run_worker(home)\n"
    )
    environment = {name: text for name, text in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    return subprocess.Popen([sys.executable, "-c", program, str(home)], env={**environment, **around})


@contextmanager
def working(home: Path, around: Mapping[str, str] = AS_HERE) -> Iterator[None]:
    """While a worker runs that is stopped in the end."""
    process = worker(home, around)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)


def until(holds: Callable[[], bool], seconds: float = 180) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.1)


def prepare(stage: Stage, folder: Path, *gates: Gateway) -> None:
    """A home that a worker of its own can run, with Ada and Bo reached by the gateways, one after the other."""
    names = [f"gate-{number}" for number, _ in enumerate(gates, start=1)]
    files = [gate_file(folder, gate, name) for gate, name in zip(gates, names, strict=True)]
    providers = tuple(NotifyProvider("sms", name, str(file)) for name, file in zip(names, files, strict=True))
    home = stage.node.home
    homes.create_folders(home)
    homes.write_config(home, Config(notify=Notify(providers=providers)))
    homes.write_credential(home / "credential", b"0" * 32)
    steps = tuple(Step((f"officer:{stage.officers[name]}",), 1) for name in ("ada", "bo"))
    with unit_of_work(stage.node):
        EscalationPlan.objects.create(
            register=stage.world.register,
            **desk_filter(stage.world.desk("XD")),
            urgency="urgent",
            plan=print_plan(Plan(steps, (f"officer:{stage.officers['bo']}",))).decode(),
            changed_by=0,
            changed_at=stage.node.clock.now(),
        )


def heard(gate: Gateway) -> list[str]:
    return [to for to, *_ in gate.received]


def settled(stage: Stage) -> bool:
    """Whether nothing is on its way."""
    with reading(stage.node):
        return not Notification.objects.filter(state__in=("queued", "sending")).exists()


def told(stage: Stage) -> list[int]:
    """The places of the steps that were told."""
    with reading(stage.node):
        return list(EscalationEvent.objects.filter(kind="told").order_by("pk").values_list("place", flat=True))


def test_a_worker_killed_amid_an_escalation_goes_on_where_it_was_and_tells_nobody_twice_for_a_step(
    tmp_path: Path,
) -> None:
    with staffed(tmp_path, "ada", "bo") as stage, gateway() as gate:
        prepare(stage, tmp_path, gate)
        stage.world.clock.at = datetime.now(UTC) - timedelta(seconds=55)  # The second step is due in moments.
        stage.receive("urgent")
        gate.hold.clear()
        first = worker(stage.node.home)
        try:
            assert gate.begun.wait(180)
        finally:
            first.send_signal(signal.SIGKILL)
            first.wait()
        gate.hold.set()
        with working(stage.node.home):
            until(lambda: "bo" in heard(gate) and settled(stage))
        with reading(stage.node):
            tries = list(NotificationAttempt.objects.order_by("pk").values_list("state", flat=True))
            rows = list(Notification.objects.order_by("pk").values_list("method__address", "repeated", "state"))
        assert told(stage) == list(range(len(told(stage))))
        assert "unknown" in tries
        assert any(repeated for _, repeated, _ in rows)
        for name in ("ada", "bo"):
            most = sum(1 + repeated for to, repeated, state in rows if to == name and state == "sent")
            assert 0 < heard(gate).count(name) <= most  # What was cut off may not have arrived.


def test_with_a_gateway_down_and_the_clock_set_back_and_ahead_each_step_is_told_once_and_none_waits(
    tmp_path: Path,
) -> None:
    with staffed(tmp_path, "ada", "bo") as stage, gateway() as down, gateway() as up:
        down.status = 503
        prepare(stage, tmp_path, down, up)
        around = Surroundings(tmp_path)
        clock = FalseClock(around, "XD")
        stage.world.clock.at = datetime.now(UTC)
        stage.receive("urgent")
        with working(stage.node.home, around.surroundings["XD"]):
            until(lambda: heard(up) == ["ada"])
            clock.set(-3600)  # By this clock the second step would be an hour and a minute away.
            until(lambda: heard(up) == ["ada", "bo"])
            clock.set(7200)
            until(lambda: heard(up) == ["ada", "bo", "bo"])
            until(lambda: settled(stage))
        assert told(stage) == [0, 1, 2]
        with reading(stage.node):
            tries = NotificationAttempt.objects.order_by("pk").values_list("provider", "state", "notification")
            found = list(tries)
        assert [(name, state) for name, state, _ in found] == [("gate-1", "failed"), ("gate-2", "sent")] * 3
        assert len({notification for *_, notification in found}) == 3


def test_when_every_gateway_is_down_it_is_tried_again_and_arrives_once_when_one_is_back(tmp_path: Path) -> None:
    with staffed(tmp_path, "ada", "bo") as stage, gateway() as first, gateway() as second:
        first.status = second.status = 503
        prepare(stage, tmp_path, first, second)
        stage.world.clock.at = datetime.now(UTC)
        stage.receive("urgent")
        with working(stage.node.home):
            assert first.begun.wait(180)
            assert second.begun.wait(60)
            second.status = 200
            until(lambda: heard(second) == ["ada"])
            until(lambda: settled(stage))
        assert heard(first) == []
        assert told(stage) == [0]
