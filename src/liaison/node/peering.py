"""How does a node speak to another node's peer door? One request, one answer, whatever carries them.

Invariants of every `PeerLink`: the server's TLS key is one of `tls_hashes` (SHA-256 of its SubjectPublicKeyInfo) or
the call fails before a byte of the request is sent; no redirect is followed; the address is checked after resolution;
`UnreachableError` is raised when no answer came, and every answer, also a refusal, is returned as it came; only where
the request said `packed` may the answer be packed, and it is unpacked here under the request's limit.
A `Carrier` moves bytes and knows no keys; `SignedLink` signs what the path wants signed (docs/spec/peer-door.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

from liaison.errors import MalformedError
from liaison.keys.ports import Signer
from liaison.node.ports import Clock
from liaison.wire.http import HttpAddress as PeerAddress
from liaison.wire.http import HttpAnswer as PeerAnswer
from liaison.wire.http import HttpRequest
from liaison.wire.http_signature import (
    SignatureParameters,
    SignedParts,
    content_digest,
    format_signature,
    format_signature_input,
    signature_base,
    split_target,
)
from liaison.wire.packing import ENCODING, unpack

__all__ = ["Carrier", "PeerAddress", "PeerAnswer", "PeerLink", "PeerRequest", "SignedLink"]


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
    packed: bool = False
    longest: float = 120.0


class PeerLink(Protocol):
    """Carries one request to one peer door."""

    def call(self, address: PeerAddress, request: PeerRequest) -> PeerAnswer:
        """The peer's answer. Raises `UnreachableError`."""


class Carrier(Protocol):
    """Moves one request that is ready to go; see the invariants of every `PeerLink`."""

    def carry(self, address: PeerAddress, request: HttpRequest) -> PeerAnswer:
        """The peer's answer. Raises `UnreachableError`."""

    def close(self) -> None:
        """Close what is kept open."""


class SignedLink:
    """A `PeerLink` that signs requests and hands them to a carrier."""

    def __init__(self, carrier: Carrier, clock: Clock) -> None:
        self._carrier = carrier
        self._clock = clock

    def call(self, address: PeerAddress, request: PeerRequest) -> PeerAnswer:
        """The peer's answer. Raises `UnreachableError`, and `MalformedError` for one that is packed as nobody asked."""
        headers = {**request.headers, "content-type": request.content_type, "content-length": str(len(request.body))}
        headers |= {"accept-encoding": ENCODING} if request.packed else {}
        if request.signer is not None:
            created = int(self._clock.now().timestamp())
            headers |= signature_headers(address, request, signer=request.signer, created=created)
        ready = HttpRequest(
            request.method,
            request.path,
            body=request.body,
            headers=headers,
            limit=request.limit,
            patient=request.patient,
            longest=request.longest,
        )
        return _unpacked(self._carrier.carry(address, ready), request)

    def close(self) -> None:
        """Close the connections that are kept for the next calls."""
        self._carrier.close()


def _unpacked(answer: PeerAnswer, request: PeerRequest) -> PeerAnswer:
    encoding = answer.headers.get("content-encoding")
    if encoding is None:
        return answer
    if encoding != ENCODING or not request.packed:
        raise MalformedError("answer-encoding-not-asked")
    headers = {name: value for name, value in answer.headers.items() if name != "content-encoding"}
    return PeerAnswer(answer.status, unpack(answer.body, limit=request.limit), headers)


def signature_headers(address: PeerAddress, request: PeerRequest, *, signer: Signer, created: int) -> dict[str, str]:
    """The three headers that say whose request this is (RFC 9421, RFC 9530)."""
    path, query = split_target(request.path)
    digest = content_digest(request.body)
    parts = SignedParts(
        request.method, urlsplit(address.url).netloc, path, query, digest, content_length=str(len(request.body))
    )
    parameters = SignatureParameters(created, signer.public.fingerprint)
    return {
        "content-digest": digest,
        "signature-input": format_signature_input(parameters),
        "signature": format_signature(signer.sign(signature_base(parts, parameters))),
    }
