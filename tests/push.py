"""A browser and its push service, without either: an HTTPS server on the loopback address that opens what it is sent.

    with push_service(tmp_path) as service:
        service.subscription                 what the browser gives out
        service.shown                        what a person would see: [{"title": …, "body": …}, …]

Written from RFC 8291 and 8188 as the receiver reads them, apart from `liaison.keys.webpush`.
"""

from __future__ import annotations

import base64
import json
import secrets
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from liaison.keys.webpush import Subscriber
from tests.mail_servers import make_certificate as certificate


def subscriber() -> tuple[ec.EllipticCurvePrivateKey, Subscriber]:
    private = ec.generate_private_key(ec.SECP256R1())
    return private, Subscriber(point(private.public_key()), secrets.token_bytes(16))


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def open_push(private: ec.EllipticCurvePrivateKey, secret: bytes, body: bytes) -> bytes:
    """What the browser does with a body."""
    salt, length = body[:16], body[20]
    theirs, record = body[21 : 21 + length], body[21 + length :]
    shared = private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs))
    both = b"WebPush: info\0" + point(private.public_key()) + theirs
    keying = HKDF(SHA256(), 32, secret, both).derive(shared)
    key = HKDF(SHA256(), 16, salt, b"Content-Encoding: aes128gcm\0").derive(keying)
    nonce = HKDF(SHA256(), 12, salt, b"Content-Encoding: nonce\0").derive(keying)
    padded = AESGCM(key).decrypt(nonce, record, None).rstrip(b"\0")
    assert padded[-1:] == b"\x02"
    return padded[:-1]


@dataclass
class PushService:
    url: str = ""
    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: subscriber()[0])
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    status: int = 201
    shown: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    @property
    def subscription(self) -> str:
        keys = {"p256dh": _text(point(self.private.public_key())), "auth": _text(self.secret)}
        return json.dumps({"endpoint": self.url, "expirationTime": None, "keys": keys})

    def take(self, headers: dict[str, str], body: bytes) -> int:
        if 200 <= self.status < 300:
            self.headers.append(headers)
            self.shown.append(json.loads(open_push(self.private, self.secret, body)))
        return self.status


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@contextmanager
def push_service(folder: Path) -> Iterator[PushService]:
    """A push service at https://localhost, whose certificate `folder / "cert.pem"` vouches for."""
    service = PushService()
    certificate(folder)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(service.take(dict(self.headers), body))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    service.url = f"https://localhost:{server.server_address[1]}/push/abc"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
