"""What is one HTTP request and its answer, before anything carries them?

    HttpAddress("https://csirt.xc.example:8443", ("9f86…",))
    HttpRequest("POST", "/receipts", body=b"…", headers={"content-type": "application/octet-stream"})
    HttpAnswer(200, b"…", {"content-type": "application/octet-stream"})

Invariants: header names are lower case; `path` is the whole target after the authority, query included.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class HttpAddress:
    """An `https://host:port` origin and the SHA-256 hashes of the TLS keys that may answer there."""

    url: str
    tls_hashes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request; `limit` bounds the answer's body, `patient` waits longer for a peer known to be slow,
    `longest` is how many seconds all of it may take."""

    method: str
    path: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    limit: int = 1 << 20
    patient: bool = False
    longest: float = 120.0


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """The status and body of an answer."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
