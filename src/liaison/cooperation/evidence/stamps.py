"""When did somebody outside see a line of a custody record? A time-stamp of RFC 3161 over the signed payload.

    question = ask_stamp(payload)                    DER, to be posted as application/timestamp-query
    at = verify_stamp(answer, payload, trust)        the authority's time, if `trust` leads to its certificate

Invariants (docs/spec/evidence.md):
- the question holds the SHA-256 of the payload and nothing else of it; the authority learns neither sender nor case;
- an answer counts only for that payload, signed under a certificate for time-stamping that ends in a trusted one.
The library is imported when the first stamp is looked at: a node without stamps never loads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.x509 import Certificate, load_pem_x509_certificates

from liaison.errors import MalformedError, VerificationError
from liaison.wire.identifiers import digest

LARGEST_STAMP = 64 * 1024
LARGEST_CERTIFICATES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class StampTrust:
    """The certificates of the authorities that are believed."""

    roots: tuple[Certificate, ...]


def parse_trust(pem: bytes) -> StampTrust:
    """The certificates in a PEM file. Raises MalformedError for one without any."""
    if len(pem) > LARGEST_CERTIFICATES:
        raise MalformedError("too-large", size=len(pem), limit=LARGEST_CERTIFICATES)
    try:
        return StampTrust(tuple(load_pem_x509_certificates(pem)))
    except ValueError as error:
        raise MalformedError("stamp-certificate") from error


def ask_stamp(payload: bytes) -> bytes:
    """The question for an authority. It carries no nonce: an answer for this very payload is good whenever it came."""
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    builder = TimestampRequestBuilder().data(payload).hash_algorithm(HashAlgorithm.SHA256).nonce(nonce=False)
    return builder.cert_request(cert_request=True).build().as_bytes()


def verify_stamp(answer: bytes, payload: bytes, trust: StampTrust) -> datetime:
    """The time, UTC, at which an authority saw the payload. Raises MalformedError, VerificationError."""
    from rfc3161_client import VerificationError as NotVerified
    from rfc3161_client import VerifierBuilder, decode_timestamp_response

    if len(answer) > LARGEST_STAMP:
        raise MalformedError("too-large", size=len(answer), limit=LARGEST_STAMP)
    try:
        response = decode_timestamp_response(answer)
    except ValueError as error:
        raise MalformedError("stamp-malformed") from error
    try:
        VerifierBuilder(roots=list(trust.roots)).build().verify(response, bytes.fromhex(digest(payload)))
        return response.tst_info.gen_time.astimezone(UTC)
    except (NotVerified, ValueError) as error:
        raise VerificationError("stamp-not-believed") from error
