"""Two nodes, each a process forked from this one, that are killed with signal 9 and started again.

    killing = Killing(tmp_path)
    killing.play(sender_dies_at=3)        both run; the sender dies at its third durable step
    killing.recover()                     both run undisturbed until nothing waits
    killing.check()                       nothing accepted is lost, nothing is twice, no receipt without a copy

The sender notes an identifier in a file after `send_letter` returned: that is what was promised to an officer.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from multiprocessing import connection, get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from django.db import connections

from liaison.errors import UnreachableError
from liaison.messages.receipts import decode_receipt
from liaison.node.models import AttachmentRow, Delivery, GivenReceipt, IncomingCopy, OutgoingCopy, TakenReceipt
from liaison.node.peering import PeerAddress, PeerAnswer
from liaison.node.reads.facts import forget_facts
from liaison.node.reads.memory import forget
from liaison.node.services.line.attachments import seal_attachment
from liaison.node.services.line.delivering import deliver
from liaison.node.services.line.sending import send_letter
from liaison.node.work.worker import work_through
from liaison.wire.http import HttpRequest
from tests.crashing import SWITCH, CrashingBlobs
from tests.world import START, World

FORK = get_context("fork")
ROWS = b"address\n192.0.2.1\n" * 200
PATIENCE = 60.0


class SharedClock:
    """One clock for all processes: real time, and what was added to it."""

    def __init__(self) -> None:
        self._added = FORK.Value("d", 0.0)
        self._began = time.monotonic()

    def now(self) -> datetime:
        return START + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return time.monotonic() - self._began + float(self._added.value)

    def add(self, seconds: float) -> None:
        with self._added.get_lock():
            self._added.value += seconds


class SocketNetwork:
    """A carrier over a Unix socket to the process of the other node."""

    def __init__(self, place: Callable[[str], str]) -> None:
        self._place = place

    def carry(self, address: PeerAddress, request: HttpRequest) -> PeerAnswer:
        host = address.url.removeprefix("https://")
        try:
            with connection.Client(self._place(host), "AF_UNIX") as line:
                line.send((host, request))
                answer: PeerAnswer = line.recv()
                return answer
        except (OSError, EOFError) as error:
            raise UnreachableError("peer-hung-up", url=address.url) from error


class Killing:
    """One world on disk, played again and again by processes that die."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.world = World(folder, codes=("XC", "XD"))
        self.promised = folder / "promised"
        self.promised.touch()
        self.rounds = 0
        self.clock = SharedClock()
        for code, node in self.world.nodes.items():
            connections[node.database].close()
            del connections[node.database]
            connections.settings[node.database]["ENGINE"] = "tests.crashing"
            object.__setattr__(node, "blobs", CrashingBlobs(node.blobs))
            object.__setattr__(node.link, "_carrier", SocketNetwork(self._place))
            object.__setattr__(node, "clock", self.clock)
            node.link._clock = self.clock  # type: ignore[attr-defined]
            assert code in ("XC", "XD")

    def play(self, *, sender_dies_at: int = 0, receiver_dies_at: int = 0, notices: int = 1) -> tuple[bool, bool]:
        """Send some notices, one with an attachment; whether sender and receiver died of their switches."""
        receiver = self._start(self._receive, receiver_dies_at)
        sender = self._start(self._send, sender_dies_at, notices)
        sender.join(PATIENCE)
        died = receiver.exitcode == -signal.SIGKILL
        self._end(receiver)
        assert sender.exitcode in (0, -signal.SIGKILL), sender.exitcode
        self.check_receipts()
        return sender.exitcode != 0, died

    def play_and_kill(self, *, sender_after: float, receiver_after: float, notices: int) -> None:
        """Send notices while both are killed from outside after so many seconds."""
        receiver = self._start(self._receive, 0)
        sender = self._start(self._send, 0, notices)
        for after, victim in sorted([(sender_after, sender), (receiver_after, receiver)], key=lambda each: each[0]):
            victim.join(after)
            self._end(victim)
        self.check_receipts()

    def recover(self) -> None:
        """Run both undisturbed until nothing waits at either."""
        self.clock.add(600)
        receiver = self._start(self._receive, 0)
        sender = self._start(self._drain, 0)
        sender.join(PATIENCE)
        self._end(receiver)
        assert sender.exitcode == 0, sender.exitcode

    def check(self) -> None:
        """The three promises, on what is on disk."""
        promised = self.promised.read_text().split()
        with self.world.at("XD"):
            inbox = list(IncomingCopy.objects.filter(verdict="accepted").values_list("message_id", flat=True))
            assert not set(promised) - set(inbox), "an accepted notice was lost"
            assert len(inbox) == len(set(inbox)), "a notice is twice in the inbox"
            assert set(AttachmentRow.objects.values_list("state", flat=True)) <= {"held"}
        with self.world.at("XC"):
            assert set(OutgoingCopy.objects.values_list("state", flat=True)) <= {"received"}
        self.check_receipts()
        self._close()

    def check_receipts(self) -> None:
        """Whatever receipt the sender has, the receiver has it too, with the message and the attachments."""
        with self.world.at("XC"):
            taken = [bytes(data) for data in TakenReceipt.objects.values_list("receipt", flat=True)]
        with self.world.at("XD"):
            given = {bytes(data) for data in GivenReceipt.objects.values_list("receipt", flat=True)}
            for data in taken:
                assert data in given, "a receipt without a durable copy"
                receipt = decode_receipt(data).receipt
                assert IncomingCopy.objects.filter(message_hash=receipt.message).count() == 1
                assert all(self.world.nodes["XD"].blobs.has(digest) for digest in receipt.attachments)
        self._close()

    def _place(self, host: str) -> str:
        return str(self.folder / f"{host.split('.')[0]}-{self.rounds}.socket")

    def _start(self, role: Callable[..., None], dies_at: int, *rest: Any) -> BaseProcess:
        self.rounds += role == self._receive
        self._close()
        process = FORK.Process(target=self._live, args=(role, dies_at, *rest))
        process.start()
        return process

    def _live(self, role: Callable[..., None], dies_at: int, *rest: Any) -> None:
        """In the child: nothing remembered from before, an armed switch."""
        os.setpgrp()
        for node in self.world.nodes.values():
            forget(node)
            forget_facts(node)
        SWITCH.arm(dies_at)
        role(*rest)
        os._exit(0)

    def _serve(self, code: str) -> None:
        host = f"{code.lower()}.example:8443"
        with connection.Listener(self._place(host), "AF_UNIX") as listener:
            while True:
                with contextlib.suppress(EOFError, ConnectionError), listener.accept() as line:
                    asked, request = line.recv()
                    line.send(self.world.network.ask(asked, request))

    def _receive(self) -> None:
        """The receiving node: its door, and between requests the work it has (fetching, receipts)."""
        import threading

        worker = threading.Thread(target=self._work_on, args=("XD",), daemon=True)
        worker.start()
        self._serve("XD")

    def _work_on(self, code: str) -> None:
        while True:
            work_through(self.world.nodes[code])
            time.sleep(0.005)

    def _sender_door(self) -> None:
        import threading

        threading.Thread(target=self._serve, args=("XC",), daemon=True).start()

    def _send(self, notices: int) -> None:
        self._sender_door()
        self._await_receiver()
        node = self.world.nodes["XC"]
        for _ in range(notices):
            attachment = seal_attachment(node, name="rows.csv", media_type="text/csv", chunks=[ROWS])
            sent = send_letter(node, self.world.letter("XC", "XD", attachments=(attachment,)), leased=True)[0]
            with self.promised.open("a") as file:
                file.write(f"{sent.message_id}\n")
            for lease in sent.leases:
                deliver(node, lease)
        self._await_attachments(2.0)

    def _drain(self) -> None:
        """Work until nothing waits, with a clock that runs ahead so that leases and back-off end at once."""
        self._sender_door()
        self._await_receiver()
        deadline = time.monotonic() + PATIENCE / 2
        while time.monotonic() < deadline:
            work_through(self.world.nodes["XC"])
            if not self._waits():
                return
            self.clock.add(15)
            time.sleep(0.02)
        os._exit(3)

    def _await_receiver(self) -> None:
        place = Path(self._place("xd.example:8443"))
        deadline = time.monotonic() + 5
        while not place.exists() and time.monotonic() < deadline:
            time.sleep(0.002)

    def _await_attachments(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self._waits():
            time.sleep(0.01)

    def _waits(self) -> bool:
        with self.world.at("XC"):
            if Delivery.objects.exists():
                return True
            copies = OutgoingCopy.objects.count()
            return TakenReceipt.objects.filter(n=1).count() < copies

    def _end(self, process: BaseProcess) -> None:
        if process.pid is not None and process.is_alive():
            os.kill(process.pid, signal.SIGKILL)
        process.join(10)

    def _close(self) -> None:
        for node in self.world.nodes.values():
            connections[node.database].close()
