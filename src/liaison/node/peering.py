"""How does a node speak to another node's peer door? One request, one answer, whatever carries them.

Invariants of every `PeerLink`: the server's TLS key is one of `tls_hashes` (SHA-256 of its SubjectPublicKeyInfo) or
the call fails before a byte of the body is sent; no redirect is followed; the address is checked after resolution;
`UnreachableError` is raised when no answer came, and every answer, also a refusal, is returned as it came.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from liaison.keys.ports import Signer


@dataclass(frozen=True, slots=True)
class PeerAddress:
    """A peer door: `https://host:port` and the hashes of the TLS keys that may answer there."""

    url: str
    tls_hashes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PeerRequest:
    """A request to a peer door; `signer` is the node's HTTP key where the path wants a known sender."""

    method: str
    path: str
    body: bytes = b""
    content_type: str = "application/octet-stream"
    headers: Mapping[str, str] = field(default_factory=dict)
    signer: Signer | None = None
    limit: int = 1 << 20
    patient: bool = False


@dataclass(frozen=True, slots=True)
class PeerAnswer:
    """The status and body of an answer, with lower-case header names."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class PeerLink(Protocol):
    """Carries one request to one peer door."""

    def call(self, address: PeerAddress, request: PeerRequest) -> PeerAnswer:
        """The peer's answer. Raises `UnreachableError`."""
