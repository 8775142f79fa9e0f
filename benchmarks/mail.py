"""What would a user pick instead of the line today? A gateway that signs and seals with gpg and hands over to Postfix.

    with MailGateway(folder) as gateway:
        gateway.notice(body)                 gpg --sign --encrypt, then accepted by Postfix over SMTP
        gateway.accept_many(200, at_once=16) the same many times over
        gateway.relay(500, at_once=16)       smtp-source → Postfix → smtp-sink, nothing signed or sealed

Both come from Debian (`benchmarks/parts.py` brings them). The instance has its own configuration, queue, data, log and
ports in `folder`, keeps Postfix's durable defaults (a message is accepted when its queue file is synced) and is stopped
at the end, gpg-agent too. In the peer's favour: every message goes to one key, is not compressed, its connection to
Postfix is kept, and what gpg and Postfix accepted is discarded instead of delivered; no receipt is asked for.
"""

from __future__ import annotations

import os
import queue
import shutil
import signal
import smtplib
import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from tests.scenarios.processes import free_port

PROGRAMS = ("gpg", "gpgconf", "postfix", "smtp-source", "smtp-sink")
START_SECONDS = 20.0
DRAIN_SECONDS = 60.0
SENDER, RECIPIENT, RELAYED = "duty@xc.example", "duty@xd.example", "duty@relayed.example"

MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
maillog_file = {folder}/log/mail
maillog_file_prefixes = {folder}/log
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.xc.example
mydestination =
alias_maps =
mynetworks = 127.0.0.0/8
smtpd_peername_lookup = no
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
default_transport = discard:
transport_maps = inline:{{ {{ relayed.example = smtp:[127.0.0.1]:{sink} }} }}
smtp_dns_support_level = disabled
smtp_host_lookup = native
default_destination_concurrency_limit = 20
"""
# Debian's master.cf without the chroot, which a folder of our own cannot be.
MASTER = """\
127.0.0.1:{port} inet n - n - 64 smtpd
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
proxymap  unix - - n - - proxymap
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
smtp      unix - - n - - smtp
discard   unix - - n - - discard
error     unix - - n - - error
retry     unix - - n - - error
anvil     unix - - n - 1 anvil
scache    unix - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
"""


def here() -> bool:
    """Whether the peers can run: their programs are installed, and Postfix's master starts as root alone."""
    return os.getuid() == 0 and all(shutil.which(program) is not None for program in PROGRAMS)


class MailGateway:
    """gpg with two keys of its own, and a Postfix of its own with a sink behind it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.keys = folder / "gpg"
        self.port, self.sink_port = free_port(), free_port()
        self._started: list[subprocess.Popen[bytes]] = []
        self._connections: queue.SimpleQueue[smtplib.SMTP] = queue.SimpleQueue()

    def __enter__(self) -> MailGateway:
        self._make_keys()
        try:
            self._start_postfix()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop()

    @property
    def pids(self) -> list[int]:
        """What to watch for syncs: Postfix's master, whose children are the ones that sync."""
        return [process.pid for process in self._started]

    def notice(self, body: bytes) -> None:
        """One notice, signed and encrypted, accepted by Postfix when this returns."""
        self.accept(self.seal(body))

    def seal(self, body: bytes) -> bytes:
        """What gpg makes of it, as a mail gateway calls it."""
        words = ["--armor", "--compress-algo", "none", "--trust-model", "always", "--local-user", SENDER]
        return self._gpg(*words, "--recipient", RECIPIENT, "--sign", "--encrypt", given=body)

    def accept(self, sealed: bytes) -> None:
        """Hand over to Postfix; it has synced its queue file when this returns."""
        with self._connection() as smtp:
            smtp.sendmail(SENDER, [RECIPIENT], b"Subject: notice\r\n\r\n" + sealed)

    def accept_many(self, body: bytes, count: int, *, at_once: int) -> None:
        """Sign, encrypt and have accepted `count` notices, so many at once."""
        with ThreadPoolExecutor(at_once) as pool:
            list(pool.map(self.notice, [body] * count))

    def relay(self, count: int, *, size: int, at_once: int) -> None:
        """Plain messages through Postfix to the sink; returns when the queue is empty again."""
        words = ["-s", str(at_once), "-m", str(count), "-l", str(size), "-f", SENDER, "-t", RELAYED]
        subprocess.run(["smtp-source", *words, f"127.0.0.1:{self.port}"], check=True, capture_output=True)
        self.drain()

    def drain(self) -> None:
        """Wait until nothing is queued any more; raises if something stays or was deferred."""
        deadline = time.monotonic() + DRAIN_SECONDS
        while any(self._queued("incoming", "active")):
            if time.monotonic() > deadline:
                raise AssertionError("Postfix still holds messages")
            time.sleep(0.002)
        if any(self._queued("deferred")):
            raise AssertionError((self.folder / "log" / "mail").read_text(encoding="utf-8")[-2000:])

    def _queued(self, *names: str) -> Iterator[Path]:
        return (path for name in names for path in (self.folder / "spool" / name).rglob("*") if path.is_file())

    @contextmanager
    def _connection(self) -> Iterator[smtplib.SMTP]:
        try:
            smtp = self._connections.get_nowait()
        except queue.Empty:
            smtp = smtplib.SMTP("127.0.0.1", self.port, local_hostname="xc.example", timeout=30)
        try:
            yield smtp
        except BaseException:
            smtp.close()
            raise
        self._connections.put(smtp)

    def _make_keys(self) -> None:
        self.keys.mkdir(mode=0o700)
        for name in (SENDER, RECIPIENT):
            self._gpg("--quick-generate-key", f"<{name}>", "ed25519", "sign", "never")
            listed = self._gpg("--with-colons", "--list-keys", name).decode()
            finger = next(line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr"))
            self._gpg("--quick-add-key", finger, "cv25519", "encr", "never")

    def _gpg(self, *words: str, given: bytes = b"") -> bytes:
        fixed = ["--batch", "--no-tty", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""]
        command = ["gpg", "--homedir", str(self.keys), *fixed, *words]
        return subprocess.run(command, input=given, capture_output=True, check=True).stdout

    def _start_postfix(self) -> None:
        for name in ("etc", "spool", "data", "log"):
            (self.folder / name).mkdir()
        self.folder.chmod(0o755)  # Its processes run as their own users and must reach the folders inside.
        shutil.chown(self.folder / "data", "postfix")
        main = MAIN.format(folder=self.folder, sink=self.sink_port)
        (self.folder / "etc" / "main.cf").write_text(main, encoding="utf-8")
        (self.folder / "etc" / "master.cf").write_text(MASTER.format(port=self.port), encoding="utf-8")
        self._start("smtp-sink", "-u", "nobody", f"127.0.0.1:{self.sink_port}", "512")
        self._start("postfix", "-c", str(self.folder / "etc"), "start-fg")
        for port in (self.sink_port, self.port):
            _wait_for(port)

    def _start(self, *words: str) -> None:
        quiet = subprocess.DEVNULL
        self._started.append(subprocess.Popen(words, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True))

    def _stop(self) -> None:
        while not self._connections.empty():
            self._connections.get().close()
        master = self.folder / "spool" / "pid" / "master.pid"
        if master.exists():  # The script that started it does not pass signals on.
            os.kill(int(master.read_text()), signal.SIGTERM)
        for process in self._started:
            if process.args[0] != "postfix" or not master.exists():  # type: ignore[index]
                process.send_signal(signal.SIGTERM)
            process.wait(20)
        subprocess.run(["gpgconf", "--homedir", str(self.keys), "--kill", "gpg-agent"], check=False)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"nobody listens on port {port}")
