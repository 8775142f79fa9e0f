"""One sender, served as an operator serves it, and many recipients: each with its own database, keys and TLS port.

    with Fleet(tmp_path, recipients=40, groups=4) as fleet:
        fleet.send()                                     one batch to all of them, accepted when this returns
        fleet.world.kill("XC"); fleet.world.start("XC")
        fleet.receipted(), fleet.held()

The recipients answer from `groups` processes (`tests.scenarios.receivers`); `hang(0)` stops one of them for a while,
`end(0)` lets it refuse connections until `begin(0)`.
"""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import sqlite3
import string
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from django.core.management import call_command
from django.db import connections

from liaison.cli.demo.places import free_ports
from liaison.messages.parties import DeskRef
from liaison.node.models import TakenReceipt
from liaison.node.services.line.sending import Letter, send_letter
from liaison.node.unit_of_work import reading, unit_of_work
from tests.mirrored import hold_keys, seed_node
from tests.scenarios.processes import ROOT, Place, Processes
from tests.scenarios.receivers import open_home

SENDER = "XC"


class _Homes(Processes):
    """The rows that all nodes mirror are written once and copied: they are the same everywhere."""

    def _seed(self, code: str) -> None:
        node = open_home(self.home(code))
        target, template = self.home(code) / "liaison.sqlite3", self.folder / "template.sqlite3"
        if template.exists():
            shutil.copy(template, target)
        else:
            call_command("migrate", database=node.database, verbosity=0, interactive=False)
            seed_node(node, self.registry)
            connections[node.database].close()
            shutil.copy(target, template)
        with unit_of_work(node):
            hold_keys(node, self.registry, code)
        connections[node.database].close()
        self.nodes[code] = node


class Fleet:
    """A sender and its recipients on SQLite."""

    def __init__(self, folder: Path, *, recipients: int, groups: int) -> None:
        names = itertools.product("Y", string.ascii_uppercase, string.ascii_uppercase)
        self.codes = ["".join(name) for name in itertools.islice(names, recipients)]
        places = {code: Place(port=port) for code, port in zip(self.codes, free_ports(len(self.codes)), strict=True)}
        self.world = _Homes(folder, SENDER, *self.codes, server="", places=places)
        self.groups = [self.codes[number::groups] for number in range(groups)]
        self._log = folder / "receivers.log"
        self._running: dict[int, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Fleet:
        try:
            self.begin(*range(len(self.groups)))
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop()

    def send(self, text: str) -> None:
        """One batch: a case of its own with each recipient, all in one unit of work; the worker is woken."""
        ids = self.world.registry.ids
        letter = Letter(
            register=self.world.registry.entries[0].leaf,
            sender=DeskRef(ids[SENDER], "main", "duty"),
            to=tuple(sorted(DeskRef(ids[code], "main", "duty") for code in self.codes)),
            form="incident-notice",
            stage="notification",
            exercise=True,
            together=False,
            fields={
                "title": {"lang": "en", "text": "Scanning of port 22"},
                "description": {"lang": "en", "text": text},
                "incident_type": "information-gathering:scanner",
                "expectation": "for-information",
            },
        )
        send_letter(self.world.nodes[SENDER], letter)

    def receipted(self) -> int:
        """How many copies the sender has stored receipts of. No recipient may have ended meanwhile."""
        ended = {process.returncode for process in self._running.values() if process.poll() is not None}
        assert not ended, (ended, self._log.read_text(encoding="utf-8")[-2000:])
        with reading(self.world.nodes[SENDER]):
            return int(TakenReceipt.objects.count())  # From an index: asking often costs the sender nothing.

    def held(self) -> list[int]:
        """How many messages each recipient has accepted."""
        return [_count(self.world.home(code) / "liaison.sqlite3") for code in self.codes]

    def hang(self, group: int) -> None:
        """Let a group take connections and answer nothing."""
        self._running[group].send_signal(signal.SIGSTOP)

    def wake(self, group: int) -> None:
        """Let a group go on."""
        self._running[group].send_signal(signal.SIGCONT)

    def begin(self, *groups: int) -> None:
        """Start groups, and return when all of them answer."""
        self._running |= {group: self._start(self.groups[group]) for group in groups}
        for group in groups:
            told = self._running[group].stdout
            assert told is not None
            assert told.readline() == b"ready\n", self._log.read_text(encoding="utf-8")[-2000:]

    def end(self, group: int) -> None:
        """Kill a group: its recipients refuse connections."""
        process = self._running.pop(group)
        process.kill()
        process.wait(10)
        assert process.stdout is not None
        process.stdout.close()

    def _start(self, codes: list[str]) -> subprocess.Popen[bytes]:
        homes = [str(self.world.home(code)) for code in codes]
        words = [sys.executable, "-X", "faulthandler", "-m", "tests.scenarios.receivers", *homes]
        environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "TZ": "UTC"}
        with self._log.open("ab") as log:
            return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=log, env=environment, cwd=ROOT)

    def _stop(self) -> None:
        for group in list(self._running):
            self.end(group)
        self.world.__exit__(None, None, None)


def _count(database: Path) -> int:
    connection = sqlite3.connect(database)
    try:
        question = "SELECT count(*) FROM node_incomingcopy WHERE verdict = 'accepted'"
        return int(connection.execute(question).fetchone()[0])
    finally:
        connection.close()
