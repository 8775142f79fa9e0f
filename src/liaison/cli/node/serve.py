"""How does a node run? One process for the doors, one worker and one for the pages, under a supervisor.

A node without a peer door (`[listen] port = 0`) has no process for it and listens nowhere but for its pages.

    liaison node serve        the listeners of liaison.toml until SIGTERM; the doors speak TLS 1.3

Invariants: the supervisor loads the program once and forks, so all processes share its memory; when the supervisor
dies, by whatever signal, so do they; one that ends is started again; SIGTERM lets requests and attempts in hand finish.
"""

from __future__ import annotations

import faulthandler
import gc
import importlib
import json
import logging
import multiprocessing
import os
import resource
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from liaison.cli.session import WITH_PAGES, chosen_home, prepare_django
from liaison.errors import LiaisonError
from liaison.node.work.starting_over import reap, start_over

if TYPE_CHECKING:
    from liaison.node.config import Config
    from liaison.node.ports import Storage

BACKLOG = 4096
MOST_CONNECTIONS = 16_384
OTHER_DESCRIPTORS = 1024
RESTART_SECONDS = 1.0
STOP_SECONDS = 20
MOST_CAUSES = 8


@click.command()
def serve() -> None:
    """Run this node: its doors and its worker, until it is told to stop."""
    home = chosen_home()
    prepare_django(home, settings_in=WITH_PAGES)
    from liaison.node.config import check_listener, check_pages, check_processes, read_config
    from liaison.node.wiring import listener_files, open_storage

    config = read_config(home)
    check_processes(home, config)
    check_pages(config.pages)
    check_listener(config)
    files = listener_files(home)
    start_logging()
    reap()
    server = _server(config, files) if config.listen.port else None
    children = [
        ChildSupervisor("worker", _run_worker, home, open_storage(home)) for _ in range(config.processes.workers)
    ]
    if config.pages.url:
        children.append(ChildSupervisor("pages", _run_pages, home, open_storage(home)))
        importlib.import_module("liaison.web.urls")
    for module in ("liaison.peer.rsgi", "liaison.node.work.process"):
        importlib.import_module(module)
    gc.collect()
    gc.freeze()  # What is loaded now stays untouched by the collectors of the forked processes, so it stays shared.
    if config.pages.url:
        click.echo(f"Pages for officers at {config.pages.url}", err=True)
    if server is None:
        _watch_over(children)
        return
    click.echo(f"Listening on https://{config.listen.host}:{config.listen.port}", err=True)
    serve_beside(server, children)


def serve_beside(server: Any, children: Sequence[ChildSupervisor]) -> None:
    """Serve the doors until told to stop; the children end after them, also when serving ends by an error.

    A child that went on would keep this process waiting for it for ever, with its doors closed.
    """
    for child in children:
        server.on_startup(child.start)
    try:
        server.serve(target_loader=_load_door, wrap_loader=False)
    finally:
        for child in children:
            child.stop()


def _watch_over(children: list[ChildSupervisor]) -> None:
    """Keep the other processes alive until a signal says stop: there is no door to serve beside them."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    for child in children:
        child.start()
    click.echo("No peer door: what others send is fetched from where it is kept.", err=True)
    stopping.wait()
    for child in children:
        child.stop()


def _server(config: Config, files: Any) -> Any:
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces, SSLProtocols
    from granian.http import HTTP1Settings

    multiprocessing.set_start_method("fork", force=True)
    server = Granian(
        "liaison.peer.rsgi:open_site",
        address=config.listen.host,
        port=config.listen.port,
        interface=Interfaces.RSGI,
        workers=config.processes.web,
        backlog=BACKLOG,
        backpressure=_most_connections(),
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=10_000, max_buffer_size=64 * 1024),
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
        log_enabled=False,
    )
    # The server reads no encrypted EC keys: it gets the opened key through memory that has no name in any folder.
    key = f"/proc/self/fd/{_in_memory(_opened_key(files.key, files.password))}"
    server.ssl_ctx = (True, str(files.certificate), key, None, str(SSLProtocols.tls13), None, [], False)
    return server


def _most_connections() -> int:
    """As many as the descriptors this process may have; slow ones only hold one each, until they are cut off."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + OTHER_DESCRIPTORS
    granted = wanted if most == resource.RLIM_INFINITY else min(most, wanted)
    resource.setrlimit(resource.RLIMIT_NOFILE, (granted, most))
    return max(granted - OTHER_DESCRIPTORS, granted // 2)


def _opened_key(path: Path, password: str) -> bytes:
    from cryptography.hazmat.primitives import serialization

    key = serialization.load_pem_private_key(path.read_bytes(), password.encode("ascii"))
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, form, plain)


def _in_memory(data: bytes) -> int:
    """A descriptor of anonymous memory that forked processes share."""
    descriptor = os.memfd_create("liaison-tls")
    os.write(descriptor, data)
    return descriptor


def _load_door() -> Any:
    """Runs in the web process: what answers, and an end together with the supervisor."""
    from liaison.node.work.process import die_with

    die_with(os.getppid())
    return importlib.import_module("liaison.peer.rsgi").open_site()


class ChildSupervisor:
    """Keeps one process alive beside the doors: a worker, or the pages."""

    def __init__(self, name: str, life: Callable[[Path, int], None], home: Path, storage: Storage) -> None:
        self._name = name
        self._life = life
        self._home = home
        self._storage = storage
        self._context = multiprocessing.get_context("fork")
        self._process: Any = None
        self._stopping = threading.Event()
        self._guard = threading.Lock()
        self._watcher = threading.Thread(target=self._watch, name=f"{name}-watcher", daemon=True)

    def start(self) -> None:
        """Start the process and watch it."""
        self._spawn()
        self._watcher.start()

    def stop(self) -> None:
        """Let it finish what it has in hand; none is started any more."""
        with self._guard:
            self._stopping.set()
        if self._process is None:
            return
        self._process.terminate()
        self._process.join(STOP_SECONDS)
        if self._process.is_alive():
            self._process.kill()

    def _spawn(self) -> None:
        with self._guard:
            if self._stopping.is_set():
                return
            self._process = self._context.Process(target=self._life, args=(self._home, os.getpid()), name=self._name)
            self._process.start()

    def _watch(self) -> None:
        while not self._stopping.is_set():
            self._process.join(RESTART_SECONDS)
            if reason := self._storage.failure():
                start_over(reason, self._process, self._stopping)
            if not self._process.is_alive() and not self._stopping.is_set():
                log = logging.getLogger("liaison.serve")
                log.warning("the %s process ended (%s) and is started again", self._name, self._process.exitcode)
                self._stopping.wait(RESTART_SECONDS)
                self._spawn()


def _run_worker(home: Path, parent: int) -> None:
    from liaison.node.work.process import die_with, run_worker

    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # Not the supervisor's, until it has its own.
    die_with(parent)
    run_worker(home)


def _run_pages(home: Path, parent: int) -> None:
    from liaison.node.config import read_config
    from liaison.node.work.process import die_with

    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    die_with(parent)
    importlib.import_module("liaison.web.serving").serve_pages(read_config(home).pages)


def start_logging() -> None:
    """JSON lines on stderr: time, level, room, message; never contents, keys or names; the stack of a crash."""
    faulthandler.enable()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S"),
            "level": record.levelname.lower(),
            "room": record.name,
            "said": record.getMessage(),
        } | getattr(record, "told", {})
        if record.exc_info:
            line["trace"] = _stack(record.exc_info[1])
        return json.dumps(line, ensure_ascii=True)


def _stack(error: BaseException | None) -> str:
    """Where it went wrong and which kinds of errors they were, cause after cause; their words may be what was typed."""
    told: list[str] = []
    while error is not None and len(told) < MOST_CAUSES:
        kind = f"{type(error).__name__}: {error.code}" if isinstance(error, LiaisonError) else type(error).__name__
        told.append("".join(traceback.format_tb(error.__traceback__)) + kind)
        error = error.__cause__ or error.__context__
    return "\n\n".join(told)
