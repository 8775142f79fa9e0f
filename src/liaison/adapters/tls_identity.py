"""With which key does the node's listener answer? That of one self-signed certificate in the home.

    tls/key.pem    tls/certificate.pem

Invariants: others recognise the key by its hash in the register (SHA-256 of its SubjectPublicKeyInfo), so the
certificate names nobody and never needs renewal; a key once made is never overwritten.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from liaison.adapters.durable_files import write_durably

KEY_NAME, CERTIFICATE_NAME = "key.pem", "certificate.pem"
_FOR_EVER = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)  # RFC 5280 §4.1.2.5: no well-defined end.


def create_tls_identity(folder: Path) -> str:
    """The hash of the TLS key in `folder`, made first if there is none."""
    if not (folder / CERTIFICATE_NAME).exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        key = ec.generate_private_key(ec.SECP256R1())
        pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
        write_durably(folder / KEY_NAME, key.private_bytes(pem, pkcs8, serialization.NoEncryption()), mode=0o600)
        write_durably(folder / CERTIFICATE_NAME, _certificate(key).public_bytes(pem))
    return tls_key_hash(folder)


def tls_key_hash(folder: Path) -> str:
    """SHA-256 (hex) of the public key in the certificate in `folder`."""
    certificate = x509.load_pem_x509_certificate((folder / CERTIFICATE_NAME).read_bytes())
    public = certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return hashlib.sha256(public).hexdigest()


def _certificate(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "liaison node")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(datetime(2020, 1, 1, tzinfo=UTC)).not_valid_after(_FOR_EVER)
    return builder.sign(key, hashes.SHA256())
