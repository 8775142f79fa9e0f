"""What does a bad line do to a TCP connection? A proxy between two nodes that does it, and counts bytes.

    with FaultProxy(to=8443) as line:              line.port is published as the node's address
        line.fault = POOR                          64 kbit/s, 800 ms round trip, 5 % loss, a cut every two minutes
        line.fault = Fault(swallow_answers=1)      one answer is lost, then the line is good again

The model, for each direction of a connection, in segments of at most 1,460 bytes that arrive in order:
- a segment leaves when the one before has left, at `rate` bytes a second for its bytes and 40 of headers, and arrives
  half a round trip later; the connection's first bytes wait for one more round trip, that of TCP's own handshake;
- a lost segment, and all behind it, waits for a retransmission time-out of a second or 1.5 round trips if that is more,
  twice as long when it is lost again; it is sent, and counted, again. Real TCP often repairs a loss faster;
- at most 32 KiB are on the way; more waits at the sender, whose system is told so by TCP itself;
- a cut resets every connection at that moment.
Counted are payload (TLS included), 40 bytes for each segment sent, 40 for each second one acknowledged, and the seven
segments that open and close a connection. Chance is seeded.
"""

from __future__ import annotations

import contextlib
import queue
import random
import socket
import struct
import threading
import time
from dataclasses import dataclass, field
from types import TracebackType

SEGMENT = 1460
HEADERS = 40
IN_FLIGHT = 32 * 1024
ANSWER_AFTER = 2500  # Bytes up: no handshake is so long, and no request in these tests so short.
QUIET_SECONDS = 0.7
RESET = struct.pack("ii", 1, 0)


@dataclass
class Fault:
    """What the line does; counters say how many connections it does it to before it is good again."""

    round_trip: float = 0.0
    rate: float | None = None  # bytes a second
    loss: float = 0.0
    cut_every: float | None = None  # seconds
    drop: float = 0.0  # share of connections closed at once
    reset_requests: int = 0
    reset_answers: int = 0
    truncate_answers: int = 0
    double_answers: int = 0
    swallow_answers: int = 0
    refuse: bool = False

    def take(self, name: str) -> bool:
        """Whether the next of these befalls this connection."""
        left: int = getattr(self, name)
        setattr(self, name, max(0, left - 1))
        return left > 0


def poor() -> Fault:
    """The line of docs/operating/poor-lines.md."""
    return Fault(round_trip=0.8, rate=8000.0, loss=0.05, cut_every=120.0)


@dataclass
class Count:
    """Bytes and segments in one direction."""

    payload: int = 0
    segments: int = 0

    def wire(self, acknowledged: int) -> int:
        return self.payload + HEADERS * (self.segments + acknowledged // 2)


@dataclass
class FaultProxy:
    """A listener on loopback in front of another one."""

    to: int
    fault: Fault = field(default_factory=Fault)
    seed: int = 1
    up: Count = field(default_factory=Count)
    down: Count = field(default_factory=Count)
    connections: int = 0
    cuts: int = 0

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._threads = [threading.Thread(target=self._accept), threading.Thread(target=self._cut, daemon=True)]

    def __enter__(self) -> FaultProxy:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._closing.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.reset_all()
        for thread in self._threads:
            thread.join(10)

    @property
    def wire_bytes(self) -> int:
        """All bytes on the line so far, both ways, with headers of TCP and IP."""
        return self.up.wire(self.down.segments) + self.down.wire(self.up.segments) + 7 * HEADERS * self.connections

    def change(self, fault: Fault) -> None:
        """From now on the line does this; what is open is reset."""
        self.fault = fault
        self.reset_all()

    def reset_all(self) -> None:
        """Cut every connection."""
        with self._lock:
            for each in self._open:
                _reset(each)

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.fault.refuse or self._chance.random() < self.fault.drop:
                _reset(near)
                near.close()
                continue
            try:
                far = socket.create_connection(("127.0.0.1", self.to), timeout=5)
            except OSError:
                _reset(near)
                near.close()
                continue
            far.settimeout(None)
            far.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections += 1
            with self._lock:
                self._open |= {near, far}
            connection = _Connection(self, near, far, random.Random(self._chance.random()))
            self._threads += connection.start()

    def _cut(self) -> None:
        begun = time.monotonic()
        while not self._closing.wait(0.1):
            every = self.fault.cut_every
            if every is None:
                begun = time.monotonic()
            elif time.monotonic() - begun >= every:
                begun += every
                self.cuts += 1
                self.reset_all()

    def _forget(self, *ends: socket.socket) -> None:
        with self._lock:
            for each in ends:
                self._open.discard(each)
                each.close()


class _Connection:
    """One connection and what befalls it, decided when its answer begins."""

    def __init__(self, proxy: FaultProxy, near: socket.socket, far: socket.socket, chance: random.Random) -> None:
        self.proxy, self.near, self.far, self.chance = proxy, near, far, chance
        self.sent_up = 0
        self.answer_bytes = 0
        self.fate = ""
        self._living = 2

    def start(self) -> list[threading.Thread]:
        threads = [
            threading.Thread(target=self._pump, args=(self.near, self.far, True), daemon=True),
            threading.Thread(target=self._pump, args=(self.far, self.near, False), daemon=True),
        ]
        for each in threads:
            each.start()
        return threads

    def _pump(self, source: socket.socket, sink: socket.socket, up: bool) -> None:
        pipe = _Pipe(self, sink, self.proxy.up if up else self.proxy.down, extra=self.proxy.fault.round_trip * up)
        with contextlib.suppress(OSError):
            while data := source.recv(SEGMENT):
                for piece in self._up(data) if up else self._down(data):
                    pipe.put(piece)
        pipe.end()
        with self.proxy._lock:
            self._living -= 1
            last = not self._living
        if last:
            self.proxy._forget(self.near, self.far)

    def _up(self, data: bytes) -> list[bytes]:
        self.sent_up += len(data)
        if self.sent_up > ANSWER_AFTER and self.proxy.fault.take("reset_requests"):
            self._break()
        return [data]

    def _down(self, data: bytes) -> list[bytes]:
        if self.sent_up <= ANSWER_AFTER:
            return [data]
        if not self.fate:
            kinds = ("swallow_answers", "reset_answers", "truncate_answers", "double_answers")
            self.fate = next((kind for kind in kinds if self.proxy.fault.take(kind)), "none")
        self.answer_bytes += len(data)
        match self.fate:
            case "swallow_answers":
                self._close_when_quiet()
                return []
            case "reset_answers":
                self._break()
                return [data[: len(data) // 2]]
            case "truncate_answers":
                self.near.sendall(data[: len(data) // 2])
                self.near.shutdown(socket.SHUT_RDWR)
                return []
            case "double_answers":
                return [data, data]
        return [data]

    def _close_when_quiet(self) -> None:
        """The answer is swallowed whole, then the connection ends."""
        self.far.settimeout(QUIET_SECONDS)
        with contextlib.suppress(TimeoutError):
            while swallowed := self.far.recv(SEGMENT):
                self.answer_bytes += len(swallowed)
        self.near.shutdown(socket.SHUT_RDWR)

    def _break(self) -> None:
        _reset(self.near)
        _reset(self.far)


class _Pipe:
    """One direction: bytes leave it when the model says they arrive."""

    def __init__(self, connection: _Connection, sink: socket.socket, count: Count, *, extra: float) -> None:
        self._connection, self._sink, self._count = connection, sink, count
        self._left_at = time.monotonic() + extra
        self._arrived_at = 0.0
        self._room = threading.Semaphore(IN_FLIGHT // SEGMENT)
        self._way: queue.SimpleQueue[tuple[float, bytes] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._deliver, daemon=True)
        self._thread.start()

    def put(self, data: bytes) -> None:
        self._room.acquire()
        fault, chance = self._connection.proxy.fault, self._connection.chance
        cost = (len(data) + HEADERS) / fault.rate if fault.rate else 0.0
        self._send(data)
        self._left_at = max(self._left_at, time.monotonic()) + cost
        wait = max(1.0, 1.5 * fault.round_trip)
        while chance.random() < fault.loss:
            self._send(data)
            self._left_at += wait + cost
            wait *= 2
        self._way.put((self._left_at + fault.round_trip / 2, data))

    def end(self) -> None:
        self._way.put(None)
        self._thread.join()

    def _send(self, data: bytes) -> None:
        self._count.payload += len(data)
        self._count.segments += 1

    def _deliver(self) -> None:
        with contextlib.suppress(OSError):
            while (item := self._way.get()) is not None:
                moment, data = item
                self._room.release()
                time.sleep(max(0.0, moment - time.monotonic()))
                self._sink.sendall(data)
            self._way.put(None)
            self._sink.shutdown(socket.SHUT_WR)
        while self._way.get() is not None:  # Nobody may read any more; what comes still needs room to be dropped.
            self._room.release()


def _reset(connection: socket.socket) -> None:
    """End a connection at once, as a line that breaks and comes back does."""
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        connection.shutdown(socket.SHUT_RDWR)
