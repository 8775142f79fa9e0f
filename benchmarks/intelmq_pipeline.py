"""How many events a second pass through IntelMQ as one would run it: three bots, each a process, over Redis?

    parser (GenericCsvParserBot) → queue → country (GeoIPExpertBot) → queue → output (FileOutputBot)

What it runs with: the bots as published, started by their own `run`, each a process of its own; a Redis server of this
run's own, nothing saved to disk (in its favour); the shipped allocation data as a
MaxMind database, so that both sides look the same thing up (IPv4 only); a report of rows of the same feed. Not run, in
its favour: its deduplicator. One thing is replaced: it refuses to run as root, and a benchmark may be root, so that
check alone sees another user. Validation is its own: every field through its data harmonisation.

Timed from the moment the report is put into the first queue until the last event stands in the file.
"""

from __future__ import annotations

import base64
import contextlib
import importlib.util
import ipaddress
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.parts import PARTS
from liaison.routing.snapshot import shipped
from tests.routing.mmdb import write

COLUMNS = ["time.source", "source.ip|source.fqdn", "source.port", "protocol.transport", "extra.type", "extra.note"]
BOTS = {
    "parser": ("intelmq.bots.parsers.generic.parser_csv", {"columns": COLUMNS, "delimiter": ",", "type": "scanner"}),
    "country": ("intelmq.bots.experts.maxmind_geoip.expert", {}),
    "output": ("intelmq.bots.outputs.file.output", {}),
}
NEXT = {"parser": "country", "country": "output"}
AS_SOMEBODY = "import os; os.geteuid = os.getuid = lambda: 1000\nfrom {module} import BOT\nBOT.run()"
START_SECONDS, RUN_SECONDS = 60.0, 300.0
SLOWEST = 150
"""Events a second that are surely reached."""


class Pipeline:
    """Three running bots; `rate` sends one report through them."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.out = folder / "events.json"
        self.bots: list[subprocess.Popen[bytes]] = []
        for name in ("etc", "var/log", "var/lib/bots", "var/run"):
            (folder / name).mkdir(parents=True)
        (folder / "country.mmdb").write_bytes(_database())
        (folder / "etc" / "runtime.yaml").write_text(json.dumps(self._configuration()), encoding="utf-8")
        import intelmq

        shutil.copy(Path(intelmq.__file__).parent / "etc" / "harmonization.conf", folder / "etc" / "harmonization.conf")

    def start(self) -> None:
        """Start the bots and let one row through, so that all of them are ready."""
        environment = os.environ | {"INTELMQ_ROOT_DIR": str(self.folder)}
        for name, (module, _) in BOTS.items():
            code = AS_SOMEBODY.format(module=module)
            with (self.folder / f"{name}.log").open("wb") as log:
                self.bots.append(
                    subprocess.Popen([sys.executable, "-c", code, name], env=environment, stdout=log, stderr=log)
                )
        self.rate(b"2026-08-22T03:00:00Z,192.0.2.7,443,tcp,scanner,first\n", expected=1, seconds=START_SECONDS)

    def events_of(self, rows: bytes) -> int:
        """How many events these rows become: what is in the file when surely all have come."""
        before = self._events()
        with contextlib.suppress(RuntimeError):
            self.rate(rows, expected=rows.count(b"\n") + 1, seconds=2.0 + rows.count(b"\n") / SLOWEST)
        return self._events() - before

    def stop(self) -> None:
        """End the bots."""
        for bot in self.bots:
            bot.kill()
            bot.wait(10)

    def rate(self, rows: bytes, *, expected: int, seconds: float = RUN_SECONDS) -> float:
        """Rows a second until `expected` more events are in the file. Raises RuntimeError when they do not come."""
        before = self._events()
        report = {
            "__type": "Report",
            "raw": base64.b64encode(rows).decode(),
            "feed.name": "feed",
            "time.observation": "2026-01-01T00:00:00+00:00",
        }
        import redis

        queue = redis.Redis(host="127.0.0.1", port=self.port, db=2)
        start = time.perf_counter()
        queue.lpush("parser-queue", json.dumps(report))
        while self._events() - before < expected:
            if time.perf_counter() - start > seconds:
                raise RuntimeError(f"IntelMQ gave {self._events() - before} of {expected} events")
            time.sleep(0.01)
        return rows.count(b"\n") / (time.perf_counter() - start)

    def _events(self) -> int:
        if not self.out.exists():
            return 0
        with self.out.open("rb") as file:
            return sum(piece.count(b"\n") for piece in iter(lambda: file.read(1 << 20), b""))

    def _configuration(self) -> dict[str, object]:
        shared: dict[str, object] = {f"{side}_pipeline_port": self.port for side in ("source", "destination")}
        # Its counters go to the same server, and a row that it refuses is neither dumped nor waited for.
        shared |= {"statistics_port": self.port, "logging_level": "CRITICAL", "rate_limit": 0}
        shared |= {"error_procedure": "pass", "error_max_retries": 0, "error_retry_delay": 0}
        shared |= {"error_dump_message": False, "error_log_message": False}
        given = {
            "country": {"database": str(self.folder / "country.mmdb")},
            "output": {"file": str(self.out), "hierarchical_output": False},
        }
        bots: dict[str, object] = {"global": shared}
        for name, (module, own) in BOTS.items():
            queues = {"destination_queues": {"_default": [f"{NEXT[name]}-queue"]}} if name in NEXT else {}
            bots[name] = {
                "module": module,
                "name": name,
                "group": "Parser",
                "enabled": True,
                "run_mode": "continuous",
                "parameters": own | given.get(name, {}) | queues,
            }
        return bots


@contextlib.contextmanager
def pipeline(folder: Path) -> Iterator[Pipeline | None]:
    """A running pipeline in an empty folder, or None where a part of it is missing."""
    program = PARTS["redis"].path()
    if program is None or any(importlib.util.find_spec(name) is None for name in ("intelmq", "geoip2", "redis")):
        yield None
        return
    port = _free_port()
    words = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)]
    server = subprocess.Popen([program, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    running = Pipeline(folder / "intelmq", port)
    try:
        running.start()
        yield running
    finally:
        running.stop()
        server.kill()
        server.wait(10)


def _database() -> bytes:
    """The shipped IPv4 ranges as a MaxMind database, as the bot reads it; it finds no IPv6, in its favour."""
    records: dict[str, object] = {}
    starts = [*shipped().ipv4.begins(), 2**32]
    for row, value in enumerate(shipped().ipv4.values.tolist()):
        if value >= 0:
            first, last = ipaddress.IPv4Address(starts[row]), ipaddress.IPv4Address(starts[row + 1] - 1)
            for network in ipaddress.summarize_address_range(first, last):
                records[str(network)] = {"country": {"iso_code": shipped().codes[value]}}
    return write(records, kind="GeoLite2-City")  # type: ignore[arg-type]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
