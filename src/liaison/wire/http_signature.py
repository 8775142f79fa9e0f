"""Which bytes does a node sign to say "this request is mine", and how does that travel in headers?

    Content-Digest: sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:
    Signature-Input: liaison=("@method" "@authority" "@path" "@query" "content-digest" "content-length")\
;created=1795316520;keyid="9f86…";tag="liaison-peer"
    Signature: liaison=:MEUC…:

Invariants (docs/spec/peer-door.md): RFC 9421 with this one set of components and parameters in this one order, so
that there is nothing to negotiate; RFC 9530 digest with SHA-256 only; the label is `liaison`; any other spelling is
malformed. Reading needs no look at the body: its digest is checked by whoever reads it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from liaison.errors import MalformedError

TAG = "liaison-peer"
COMPONENTS = ("@method", "@authority", "@path", "@query", "content-digest", "content-length")
_COMPONENT_LIST = "(" + " ".join(f'"{name}"' for name in COMPONENTS) + ")"
_INPUT = re.compile(
    r"liaison="
    + re.escape(_COMPONENT_LIST)
    + r';created=(0|[1-9][0-9]{0,11});keyid="([0-9a-f]{64})";tag="'
    + TAG
    + r'"'
)
_SIGNATURE = re.compile(r"liaison=:([A-Za-z0-9+/]{86}==):")
_DIGEST = re.compile(r"sha-256=:([A-Za-z0-9+/]{43}=):")


@dataclass(frozen=True, slots=True)
class SignedParts:
    """What the signature covers; `query` includes its question mark and is `?` when there is none."""

    method: str
    authority: str
    path: str
    query: str
    content_digest: str
    content_length: str


@dataclass(frozen=True, slots=True)
class SignatureParameters:
    """When the request was signed (Unix seconds) and the fingerprint of the HTTP key that signed it."""

    created: int
    keyid: str


def split_target(target: str) -> tuple[str, str]:
    """The path and the query (with its question mark) of a request target."""
    path, _, query = target.partition("?")
    return path, f"?{query}"


def signature_base(parts: SignedParts, parameters: SignatureParameters) -> bytes:
    """The bytes that are signed (RFC 9421 §2.5)."""
    values = (
        parts.method,
        parts.authority.lower(),
        parts.path,
        parts.query,
        parts.content_digest,
        parts.content_length,
    )
    lines = [f'"{name}": {value}' for name, value in zip(COMPONENTS, values, strict=True)]
    lines.append(f'"@signature-params": {_format_parameters(parameters)}')
    return "\n".join(lines).encode("ascii", errors="strict")


def _format_parameters(parameters: SignatureParameters) -> str:
    return f'{_COMPONENT_LIST};created={parameters.created};keyid="{parameters.keyid}";tag="{TAG}"'


def format_signature_input(parameters: SignatureParameters) -> str:
    """The value of the `Signature-Input` header."""
    return f"liaison={_format_parameters(parameters)}"


def parse_signature_input(text: str) -> SignatureParameters:
    """The parameters in a `Signature-Input` header. Raises MalformedError for any other components or order."""
    found = _INPUT.fullmatch(text)
    if found is None:
        raise MalformedError("signature-input-not-understood")
    return SignatureParameters(int(found[1]), found[2])


def format_signature(signature: bytes) -> str:
    """The value of the `Signature` header."""
    return f"liaison=:{base64.b64encode(signature).decode()}:"


def parse_signature(text: str) -> bytes:
    """The 64 bytes in a `Signature` header. Raises MalformedError."""
    return _read_base64(_SIGNATURE.fullmatch(text), "signature-header-malformed")


def content_digest(body: bytes) -> str:
    """The value of the `Content-Digest` header for `body`."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def parse_content_digest(text: str) -> bytes:
    """The SHA-256 in a `Content-Digest` header. Raises MalformedError."""
    return _read_base64(_DIGEST.fullmatch(text), "content-digest-malformed")


def _read_base64(found: re.Match[str] | None, code: str) -> bytes:
    if found is None:
        raise MalformedError(code)
    try:
        data = base64.b64decode(found[1], validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedError(code) from error
    # Unused bits of the last character must be zero, or one signature would have several spellings.
    if base64.b64encode(data).decode() != found[1]:
        raise MalformedError(code)
    return data
