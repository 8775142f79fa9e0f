"""How fast is IntelMQ's own pipeline on these rows? Its real bots, a process each, over a Redis of the benchmark's own.

    report → [parser] generic.parser_csv → [expert] asn_lookup over our table → [output] file        Redis between each

In the peer's favour: Redis runs on a Unix socket and keeps nothing on disk; the bots are started and warm before the
clock is; rows are handed over as one report, so no collector runs; there is no deduplicator; its file is not synced.
The look-up holds the same prefixes as our router, with the number of a country code in the place of an AS number.
Only IntelMQ's refusal to run as root is passed over where this runs as root; nothing else of it is changed.
"""

from __future__ import annotations

import base64
import importlib.metadata
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

from benchmarks.parts import PARTS

BOTS = {
    "parser": ("intelmq.bots.parsers.generic.parser_csv", "GenericCsvParserBot"),
    "expert": ("intelmq.bots.experts.asn_lookup.expert", "ASNLookupExpertBot"),
    "output": ("intelmq.bots.outputs.file.output", "FileOutputBot"),
}
COLUMNS = ["time.source", "source.ip|source.fqdn", "source.port", "protocol.transport", "extra.type", "extra.note"]
QUEUES = [f"{bot}-queue{end}" for bot in BOTS for end in ("", "-internal")]
START_SECONDS, RUN_SECONDS, POLL = 60.0, 300.0, 0.005
RUN = """\
import os, sys
import intelmq.lib.utils
if os.geteuid() == 0:
    intelmq.lib.utils.drop_privileges = lambda: True
from {module} import {name}
{name}.run()
"""


def here() -> bool:
    """Whether IntelMQ, the library of its look-up, and a Redis server are installed."""
    return PARTS["redis"].path() is not None and all(map(importlib.util.find_spec, ("intelmq", "pyasn", "redis")))


def told_versions() -> dict[str, str]:
    """The library of the look-up; Redis and IntelMQ stand among the versions of the machine."""
    return {"pyasn": importlib.metadata.version("pyasn")} if importlib.util.find_spec("pyasn") else {}


class Pipeline:
    """Three bots at work; `run` gives them a report and waits until no queue holds anything."""

    def __init__(self, folder: Path, socket: Path, bots: list[subprocess.Popen[bytes]]) -> None:
        import redis

        self.bots = bots

        self._queues = redis.Redis(unix_socket_path=str(socket), db=2)
        self.out = folder / "events"

    def run(self, rows: bytes) -> None:
        """Take CSV rows without a header through. Raises TimeoutError, RuntimeError."""
        report = {
            "__type": "Report",
            "raw": base64.b64encode(rows).decode(),
            "feed.name": "feed",
            "time.observation": "2026-01-01T00:00:00+00:00",
        }
        self._queues.lpush("parser-queue", json.dumps(report))
        self.wait(RUN_SECONDS)

    def wait(self, seconds: float) -> None:
        """Until everything that was queued is done. Raises TimeoutError, RuntimeError."""
        end = time.monotonic() + seconds
        while any(self._queues.llen(name) for name in QUEUES):
            if time.monotonic() > end:
                raise TimeoutError(f"IntelMQ did not come to an end in {seconds:g} s")
            if any(bot.poll() is not None for bot in self.bots):
                raise RuntimeError("a bot of IntelMQ ended by itself")
            time.sleep(POLL)

    def events(self) -> int:
        """How many events stand in the file of the output."""
        return self.out.read_bytes().count(b"\n") if self.out.exists() else 0


@contextmanager
def pipeline(folder: Path, prefixes: Iterable[tuple[str, int]]) -> Iterator[Pipeline]:
    """Redis and the bots, warm; all are ended with the block."""
    table, socket = folder / "prefixes.dat", folder / "redis.sock"
    # pyasn knows no number 0.
    table.write_text("".join(f"{prefix}\t{number + 1}\n" for prefix, number in prefixes), encoding="ascii")
    _configure(folder, table, socket)
    quiet = subprocess.DEVNULL
    started = [subprocess.Popen(_redis(folder, socket), stdout=quiet)]
    try:
        _until(socket.exists)
        for bot, (module, name) in BOTS.items():
            command = [sys.executable, "-c", RUN.format(module=module, name=name), bot]
            environment = os.environ | {"INTELMQ_ROOT_DIR": str(folder)}
            started.append(subprocess.Popen(command, env=environment, stdout=quiet, stderr=quiet))
        running = Pipeline(folder, socket, started[1:])
        running.run(b"2026-08-22T03:00:00Z,193.0.6.139,443,tcp,scanner,\n")
        _until(lambda: running.events() == 1)
        yield running
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _redis(folder: Path, socket: Path) -> list[str]:
    program = PARTS["redis"].path()
    assert program is not None
    return [
        program,
        "--port",
        "0",
        "--unixsocket",
        str(socket),
        "--save",
        "",
        "--appendonly",
        "no",
        "--dir",
        str(folder),
    ]


def _until(done: Any) -> None:
    end = time.monotonic() + START_SECONDS
    while not done():
        if time.monotonic() > end:
            raise TimeoutError("IntelMQ did not start")
        time.sleep(0.05)


def _configure(folder: Path, table: Path, socket: Path) -> None:
    for place in ("etc", "var/log", "var/lib/bots", "var/run"):
        (folder / place).mkdir(parents=True, exist_ok=True)
    with resources.as_file(resources.files("intelmq") / "etc" / "harmonization.conf") as standard:
        shutil.copy(standard, folder / "etc" / "harmonization.conf")
    settings: dict[str, dict[str, Any]] = {
        "parser": {"columns": COLUMNS, "type": "scanner", "default_fields": {}},
        "expert": {"database": str(table)},
        "output": {"file": str(folder / "events")},
    }
    runtime: dict[str, Any] = {"global": _everywhere(folder, socket)}
    following = [*list(BOTS)[1:], None]
    for (bot, (module, _)), after in zip(BOTS.items(), following, strict=True):
        ways = {"destination_queues": {"_default": [f"{after}-queue"]}} if after else {}
        runtime[bot] = {
            "bot_id": bot,
            "group": bot.title(),
            "module": module,
            "name": bot,
            "run_mode": "continuous",
            "enabled": True,
            "parameters": settings[bot] | ways | {"source_queue": f"{bot}-queue"},
        }
    # JSON is YAML too.
    (folder / "etc" / "runtime.yaml").write_text(json.dumps(runtime), encoding="utf-8")


def _everywhere(folder: Path, socket: Path) -> dict[str, Any]:
    places = {f"{way}_pipeline_host": str(socket) for way in ("source", "destination")}
    return places | {"statistics_host": str(socket), "logging_path": str(folder / "var" / "log")}
