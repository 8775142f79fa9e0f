"""Which TLS key does the peer door show? A self-signed one of its own, known to others by the hash of its key alone.

    tls/certificate.pem      tls/key.pem (PKCS#8, encrypted under a password derived from the node's credential)

Invariants: nobody checks names or dates in this certificate, because peers compare SHA-256 of its
SubjectPublicKeyInfo with the hash in the register; the key serves one listener and nothing else.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.x509.oid import NameOID

from liaison.adapters.durable_files import write_durably
from liaison.errors import UsageError

FOLDER = "tls"
YEARS = 20


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """What a listener needs: certificate, encrypted key and the key's password."""

    certificate: Path
    key: Path
    password: str


def tls_files(home: Path, credential: bytes) -> TlsFiles:
    """Where the certificate and key are, and the password of the key."""
    password = HKDF(hashes.SHA256(), 32, None, b"liaison.tls-password.v1").derive(credential).hex()
    return TlsFiles(home / FOLDER / "certificate.pem", home / FOLDER / "key.pem", password)


def create_tls(home: Path, credential: bytes) -> str:
    """Make a P-256 key and its self-signed certificate; return the hash of the key (hex)."""
    files = tls_files(home, credential)
    files.certificate.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = ec.generate_private_key(ec.SECP256R1())
    locked = serialization.BestAvailableEncryption(files.password.encode("ascii"))
    write_durably(
        files.key,
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked),
        mode=0o600,
    )
    write_durably(files.certificate, _certificate(key).public_bytes(serialization.Encoding.PEM))
    return tls_hash(files.certificate)


def _certificate(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "liaison node")])
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=2))
        .not_valid_after(now + timedelta(days=365 * YEARS))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("liaison.invalid")]), critical=False)
        .sign(key, hashes.SHA256())
    )


def tls_hash(certificate: Path) -> str:
    """SHA-256 (hex) of the SubjectPublicKeyInfo in a PEM certificate. Raises `UsageError`."""
    try:
        parsed = x509.load_pem_x509_certificate(certificate.read_bytes())
    except (OSError, ValueError) as error:
        raise UsageError("tls-certificate-unreadable", path=str(certificate)) from error
    spki = parsed.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(spki).hexdigest()


def certificate_end(certificate: Path) -> datetime:
    """Until when a PEM certificate is valid, UTC. Raises `UsageError`."""
    try:
        return x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc
    except (OSError, ValueError) as error:
        raise UsageError("tls-certificate-unreadable", path=str(certificate)) from error
