"""How does a request reach another node's peer door? HTTP/1.1 over TLS 1.3 to the one key the register names.

Invariants (docs/spec/peer-door.md):
- the connection goes to an address judged after resolution (`adapters.addresses`);
- the server's key is compared with the published hashes right after the handshake, before a byte of the request;
  no certificate authority, name or date is consulted;
- an exchange goes on while bytes move (`progress`), in all as long as the request allows;
- no redirect is followed; every answer is returned as it came, its body up to the request's limit;
- connections are kept and reused per address and set of keys; a kept one that turns out dead is replaced once,
  because every request at this door may safely arrive twice.
"""

from __future__ import annotations

import functools
import hashlib
import http.client
import socket
import ssl
import threading
import time
from collections import defaultdict, deque
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from liaison.adapters.addresses import Lookup, look_up, resolve
from liaison.adapters.transports.progress import WatchedLine
from liaison.errors import UnreachableError
from liaison.wire.http import HttpAddress, HttpAnswer, HttpRequest

CHUNK = 1 << 16
KEPT_PER_PEER = 8
KEPT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: to connect, to shake hands, and without any progress after that."""

    connect: float
    handshake: float
    quiet: float


USUAL = Patience(connect=3.0, handshake=10.0, quiet=15.0)
SLOW = Patience(connect=20.0, handshake=30.0, quiet=60.0)

_Kept = tuple[http.client.HTTPConnection, float]


def tls_context() -> ssl.SSLContext:
    """TLS 1.3 only; who answers is decided by the published key, so no authority is asked."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context


@functools.lru_cache(maxsize=1024)
def key_hash(certificate: bytes) -> str:
    """SHA-256 (hex) of the SubjectPublicKeyInfo in a DER certificate. Raises UnreachableError."""
    try:
        public = x509.load_der_x509_certificate(certificate).public_key()
        encoded = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except Exception as error:
        raise UnreachableError("peer-key-not-readable", reason=type(error).__name__) from error
    return hashlib.sha256(encoded).hexdigest()


class HttpsPeerLink:
    """A `Carrier` over the network; safe to use from several threads."""

    def __init__(self, *, allowed_private_hosts: tuple[str, ...], lookup: Lookup = look_up) -> None:
        self._allowed, self._lookup = tuple(host.lower() for host in allowed_private_hosts), lookup
        self._context = tls_context()
        self._kept: defaultdict[HttpAddress, deque[_Kept]] = defaultdict(deque)
        self._lock = threading.Lock()

    def carry(self, address: HttpAddress, request: HttpRequest) -> HttpAnswer:
        """The peer's answer. Raises `UnreachableError`."""
        kept = self._take(address)
        if kept is not None:
            try:
                return self._exchange(address, kept, request)
            except UnreachableError as error:
                if error.code != "peer-hung-up":
                    raise
        return self._exchange(address, self._connect(address, patience=_patience(request)), request)

    def close(self) -> None:
        """Close every kept connection."""
        with self._lock:
            kept, self._kept = self._kept, defaultdict(deque)
        for connections in kept.values():
            for connection, _ in connections:
                connection.close()

    def _take(self, address: HttpAddress) -> http.client.HTTPConnection | None:
        now = time.monotonic()
        with self._lock:
            connections = self._kept[address]
            while connections:
                connection, since = connections.pop()
                if now - since < KEPT_SECONDS:
                    return connection
                connection.close()
        return None

    def _keep(self, address: HttpAddress, connection: http.client.HTTPConnection) -> None:
        with self._lock:
            connections = self._kept[address]
            if len(connections) < KEPT_PER_PEER:
                connections.append((connection, time.monotonic()))
                return
        connection.close()

    def _connect(self, address: HttpAddress, *, patience: Patience) -> http.client.HTTPConnection:
        """A pinned connection. Raises `UnreachableError`."""
        if not address.tls_hashes:
            raise UnreachableError("peer-key-not-published", permanent=True, url=address.url)
        destination = resolve(address.url, allowed_private_hosts=self._allowed, lookup=self._lookup)
        plain = open_socket(destination.addresses, destination.port, patience.connect)
        try:
            plain.settimeout(patience.handshake)
            secured = self._context.wrap_socket(plain, server_hostname=destination.host)
            certificate = secured.getpeercert(binary_form=True) or b""
            if key_hash(certificate) not in address.tls_hashes:
                raise UnreachableError("peer-key-differs", url=address.url)
        except OSError as error:
            plain.close()
            raise UnreachableError("peer-not-reached", url=address.url, reason=_reason(error)) from error
        except UnreachableError:
            secured.close()
            raise
        connection = http.client.HTTPConnection(destination.host, destination.port)
        connection.auto_open = 0  # It must never reconnect by itself: that connection would not be pinned.
        connection.sock = WatchedLine(secured)
        return connection

    def _exchange(
        self, address: HttpAddress, connection: http.client.HTTPConnection, request: HttpRequest
    ) -> HttpAnswer:
        try:
            line: Any = connection.sock
            line.begin(quiet=_patience(request).quiet, longest=request.longest)
            answer, reusable = _ask(connection, address, request)
        except (http.client.RemoteDisconnected, ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError) as error:
            connection.close()
            raise UnreachableError("peer-hung-up", url=address.url) from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            connection.close()
            raise UnreachableError("peer-not-reached", url=address.url, reason=_reason(error)) from error
        except BaseException:
            connection.close()
            raise
        if reusable:
            self._keep(address, connection)
        else:
            connection.close()
        return answer


def _patience(request: HttpRequest) -> Patience:
    return SLOW if request.patient else USUAL


def open_socket(addresses: tuple[str, ...], port: int, seconds: float) -> socket.socket:
    """The first of the judged addresses that takes the connection. Raises UnreachableError."""
    deadline = time.monotonic() + seconds
    reason = "no address"
    for address in addresses:
        left = deadline - time.monotonic()
        if left <= 0:
            break
        try:
            plain = socket.create_connection((address, port), timeout=left)
        except OSError as error:
            reason = _reason(error)
            continue
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return plain
    raise UnreachableError("peer-not-reached", url=f"port {port}", reason=reason)


def _ask(connection: http.client.HTTPConnection, address: HttpAddress, request: HttpRequest) -> tuple[HttpAnswer, bool]:
    """The answer, and whether the connection may carry another request."""
    authority = address.url.removeprefix("https://").rstrip("/")
    connection.putrequest(request.method, request.path, skip_host=True, skip_accept_encoding=True)
    connection.putheader("host", authority)
    for name, value in request.headers.items():
        connection.putheader(name, value)
    connection.endheaders(request.body or None)
    response = connection.getresponse()
    chunks, size = [], 0
    while chunk := response.read1(CHUNK):
        size += len(chunk)
        if size > request.limit:
            raise UnreachableError("peer-answer-too-large", url=address.url, limit=request.limit)
        chunks.append(chunk)
    if response.length:
        raise http.client.IncompleteRead(b"", response.length)
    headers = {name.lower(): value for name, value in response.getheaders()}
    response.close()
    return HttpAnswer(response.status, b"".join(chunks), headers), not response.will_close


def _reason(error: Exception) -> str:
    """Why, in a few words that name no one."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return (getattr(error, "strerror", None) or type(error).__name__)[:120]
