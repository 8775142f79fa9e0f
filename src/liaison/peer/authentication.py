"""Whose request is this? The HTTP key of a node in a register this node follows signed it (RFC 9421).

Invariants (docs/spec/peer-door.md):
- the signature is verified from the headers alone, before the body is read; the body's digest is compared after;
- the signed authority is one of this node's own, so a request to one node is worth nothing at another;
- POSTs are idempotent, so a wrong clock only warns: a desk with a wrong clock is not silenced; what only reads (an
  attachment, a record) must be signed within five minutes of this node's clock;
- the refusal does not say which check failed.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Mapping
from urllib.parse import urlsplit

from liaison.errors import MalformedError, VerificationError
from liaison.keys.ed25519 import verify_ed25519
from liaison.node.node import Node
from liaison.node.reads.facts import facts_of_caller, remembered_caller
from liaison.peer.requests import Caller, DoorRequest
from liaison.register.facts import KeyFact
from liaison.wire.http_signature import (
    SignedParts,
    parse_content_digest,
    parse_signature,
    parse_signature_input,
    signature_base,
)

log = logging.getLogger("liaison.peer")

FRESH_SECONDS = 300


def remembered_signer(node: Node, request: DoorRequest) -> tuple[str, KeyFact] | None:
    """Register and key by which a request says it is signed, if the node has both in mind. Raises MalformedError."""
    return remembered_caller(node, parse_signature_input(_header(request.headers, "signature-input")).keyid)


def identify_caller(
    node: Node, request: DoorRequest, *, dated: bool, signer: tuple[str, KeyFact] | None = None
) -> Caller:
    """The node that signed the request, by `signer` if that is known already.

    Raises MalformedError, VerificationError("not-authentic").
    """
    parameters = parse_signature_input(_header(request.headers, "signature-input"))
    signature = parse_signature(_header(request.headers, "signature"))
    digest = _header(request.headers, "content-digest")
    parse_content_digest(digest)
    found = signer or facts_of_caller(node, parameters.keyid)
    if found is None or request.authority.lower() not in own_authorities(node):
        raise VerificationError("not-authentic")
    register, key = found
    parts = SignedParts(
        request.method,
        request.authority,
        request.path,
        request.query,
        digest,
        content_length=request.headers.get("content-length", "0"),
    )
    try:
        verify_ed25519(key.key.raw, signature_base(parts, parameters), signature)
    except (VerificationError, UnicodeEncodeError) as error:
        raise VerificationError("not-authentic") from error
    _check_age(node, parameters.created, dated=dated)
    return Caller(register, key.participant, key.node or "", key.key)


def verified_body(request: DoorRequest) -> bytes:
    """The body, if it is the one whose digest was signed. Raises MalformedError."""
    body = request.body()
    signed = parse_content_digest(_header(request.headers, "content-digest"))
    if not hmac.compare_digest(hashlib.sha256(body).digest(), signed):
        raise MalformedError("body-differs")
    return body


def own_authorities(node: Node) -> frozenset[str]:
    """The names under which this node's door may be addressed."""
    listen = node.config.listen
    own = {f"{listen.host}:{listen.port}".lower()}
    if node.config.address.url:
        own.add(urlsplit(node.config.address.url).netloc.lower())
    return frozenset(own)


def _check_age(node: Node, created: int, *, dated: bool) -> None:
    apart = abs(node.clock.now().timestamp() - created)
    if apart <= FRESH_SECONDS:
        return
    if dated:
        raise VerificationError("request-not-fresh")
    log.warning("a request was signed %d seconds apart from this node's clock", int(apart))


def _header(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name)
    if value is None:
        raise MalformedError("signature-missing", header=name)
    return value
